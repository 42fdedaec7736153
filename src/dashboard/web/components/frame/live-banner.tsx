import { IconPlugConnectedX } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { useLive } from '../../api/live.tsx'
import { useText } from '../../text/text.tsx'
import classes from './shell.module.css'

/** A break shorter than this is mended before anyone could read about it. */
const PATIENCE_MS = 1200

export function LiveBanner() {
  const { text } = useText()
  const { state } = useLive()
  const [isLost, setIsLost] = useState(false)
  useEffect(() => {
    if (state !== 'lost') return setIsLost(false)
    const timer = setTimeout(() => setIsLost(true), PATIENCE_MS)
    return () => clearTimeout(timer)
  }, [state])
  if (!isLost) return null
  return (
    <div className={classes.banner} role="alert" data-testid="live-lost">
      <IconPlugConnectedX size={16} aria-hidden="true" />
      {text.live.lost}
    </div>
  )
}
