import { useEffect, useState } from 'react'
import type { Console } from '../../api/use-console.ts'
import { useText } from '../../text/text.tsx'
import classes from './console.module.css'

const SAY_BACK_MS = 2500

/** Tells that the connection is lost and what waits for it, and for a moment that it is back. */
export function LinkBanner({ console }: { console: Console }) {
  const { text } = useText()
  const { link } = console
  const [wasLost, setWasLost] = useState(false)
  useEffect(() => {
    if (link === 'lost') return setWasLost(true)
    const timer = setTimeout(() => setWasLost(false), SAY_BACK_MS)
    return () => clearTimeout(timer)
  }, [link])

  if (!wasLost) return null
  const waiting = console.pending.filter(({ state }) => state === 'sending').length
  const isLost = link === 'lost'
  return (
    <div
      className={classes.linkBanner}
      role="status"
      data-tone={isLost ? 'warn' : 'good'}
      data-testid={isLost ? 'console-lost' : 'console-back'}
    >
      {isLost ? text.console.lost(waiting) : text.console.back}
    </div>
  )
}
