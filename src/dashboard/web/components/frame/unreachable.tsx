import { Button } from '@mantine/core'
import { IconPlugConnectedX } from '@tabler/icons-react'
import { useEffect } from 'react'
import { useSession } from '../../api/session.tsx'
import { useText } from '../../text/text.tsx'
import { Notice } from './notice.tsx'

/** The server was away when the page was opened; tries again by itself. */
export function Unreachable() {
  const { text } = useText()
  const { check } = useSession()
  useEffect(() => {
    const timer = setInterval(() => void check(), 3000)
    return () => clearInterval(timer)
  }, [check])
  return (
    <Notice icon={<IconPlugConnectedX />} title={text.errors.unreachable} isAlert>
      <Button variant="light" onClick={() => void check()}>
        {text.errors.again}
      </Button>
    </Notice>
  )
}
