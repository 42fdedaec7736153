import { IconDatabase } from '@tabler/icons-react'
import type { Overview } from '../../../api/shapes.ts'
import { useNow } from '../../api/use-now.ts'
import { roughSpanText } from '../../text/format.ts'
import { useText } from '../../text/text.tsx'
import classes from './overview.module.css'

export function StoreLine({ overview }: { overview: Overview }) {
  const { text } = useText()
  const now = useNow(10_000)
  const { store, startedAt, version } = overview
  return (
    <span className={classes.store} data-tone={store.up ? undefined : 'bad'} data-testid="store">
      <IconDatabase size={14} aria-hidden="true" />
      <span className="unseen">{text.overview.store}</span>
      {store.kind === 'redis' ? text.overview.redis : text.overview.embedded} ·{' '}
      {store.up ? text.overview.storeUp : text.overview.storeDown}
      <span className={classes.version}>
        · v{version} · {text.overview.uptime(roughSpanText(now - startedAt, text))}
      </span>
    </span>
  )
}
