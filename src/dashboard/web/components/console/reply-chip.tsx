import { CloseButton } from '@mantine/core'
import { IconCornerUpLeft } from '@tabler/icons-react'
import { useText } from '../../text/text.tsx'
import classes from './composer.module.css'

/** What one is about to reply to. */
export function ReplyChip({ quoted, onDrop }: { quoted: string; onDrop(): void }) {
  const { text } = useText()
  return (
    <div className={classes.reply} data-testid="reply-chip">
      <IconCornerUpLeft size={15} aria-hidden="true" />
      <span className="unseen">{text.console.replyTo}</span>
      <span className={classes.replyText}>{quoted}</span>
      <CloseButton size="sm" aria-label={text.console.dropReply} onClick={onDrop} />
    </div>
  )
}
