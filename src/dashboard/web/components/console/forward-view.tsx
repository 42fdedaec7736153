import { IconMessages } from '@tabler/icons-react'
import { useText } from '../../text/text.tsx'
import classes from './parts.module.css'
import { PlainText } from './plain-text.tsx'

const SHOWN = 3

/** A merged forward (合并转发): its first lines, and all of it when it is opened. */
export function ForwardView({ texts }: { texts: readonly string[] }) {
  const { text } = useText()
  return (
    <details className={classes.forward} data-testid="forward">
      <summary>
        <span className={classes.forwardTitle}>
          <IconMessages size={16} aria-hidden="true" />
          {text.console.forward}
        </span>
        <span className={classes.forwardPreview}>
          {texts.slice(0, SHOWN).map((line, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: what was forwarded never changes
            <span key={place}>{line}</span>
          ))}
        </span>
        <small>{text.console.forwardOpen(texts.length)}</small>
      </summary>
      <ol>
        {texts.map((line, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: as above
          <li key={place}>
            <PlainText text={line} />
          </li>
        ))}
      </ol>
    </details>
  )
}
