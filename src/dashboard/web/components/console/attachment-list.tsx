import { CloseButton, Loader } from '@mantine/core'
import { IconAlertTriangle, IconPaperclip } from '@tabler/icons-react'
import { useText } from '../../text/text.tsx'
import classes from './composer.module.css'
import type { Attachment } from './use-attachments.ts'

export function AttachmentList({ list, onRemove }: { list: readonly Attachment[]; onRemove(key: number): void }) {
  const { text } = useText()
  if (list.length === 0) return null
  return (
    <ul className={classes.attachments}>
      {list.map(({ key, name, part, error }) => (
        <li
          key={key}
          className={classes.attachment}
          data-tone={error === undefined ? undefined : 'bad'}
          data-testid="attachment"
          data-ready={part !== undefined || undefined}
        >
          {error !== undefined && <IconAlertTriangle size={15} aria-hidden="true" />}
          {error === undefined && !part && <Loader size={14} aria-label={text.console.uploading} />}
          {part && <AttachmentIcon part={part} />}
          <span title={error}>{error === undefined ? name : text.console.uploadFailed(name)}</span>
          <CloseButton size="xs" aria-label={text.console.removeFile(name)} onClick={() => onRemove(key)} />
        </li>
      ))}
    </ul>
  )
}

function AttachmentIcon({ part }: { part: NonNullable<Attachment['part']> }) {
  if (part.kind === 'image' && part.media.source === 'kept') {
    return <img src={`/api/files/${encodeURIComponent(part.media.fileId)}`} alt="" />
  }
  return <IconPaperclip size={15} aria-hidden="true" />
}
