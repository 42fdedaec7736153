import { IconAlertTriangle } from '@tabler/icons-react'
import type { DeliveryRecord } from '../../../../core/delivery/delivery.ts'
import type { Part } from '../../../../core/message/part.ts'
import { clockText, momentText } from '../../text/format.ts'
import { useText } from '../../text/text.tsx'
import classes from './detail.module.css'
import stateClasses from './state.module.css'

/** What was said to the person, and how each piece fared at the platform. */
export function Deliveries({ deliveries }: { deliveries: readonly DeliveryRecord[] }) {
  const { text } = useText()
  return (
    <section>
      <h3 className={classes.heading}>{text.detail.deliveries}</h3>
      {deliveries.length === 0 && <p className={classes.quiet}>{text.detail.noDeliveries}</p>}
      <ul className={classes.deliveries}>
        {deliveries.map((record) => (
          <DeliveryLine key={record.delivery.id} record={record} />
        ))}
      </ul>
    </section>
  )
}

function DeliveryLine({ record }: { record: DeliveryRecord }) {
  const { text, lang } = useText()
  const { delivery, state, route, attempts, receipt, why, maybeTwice, updatedAt } = record
  const isOpen = state === 'queued' || state === 'sending'
  return (
    <li className={classes.delivery} data-testid="delivery">
      <div className={classes.deliveryHead}>
        <span className={stateClasses.badge} data-state={state} data-delivery={state} data-testid="delivery-state">
          {text.deliveryStates[state]}
        </span>
        {route && <span className={classes.tag}>{text.routes[route]}</span>}
        {attempts > 1 && <span className={classes.tag}>{text.detail.sends(attempts)}</span>}
        <span className={classes.deliveryTime} title={momentText(updatedAt, lang)}>
          {isOpen ? text.detail.expires(clockText(delivery.expiresAt, lang)) : clockText(updatedAt, lang, true)}
        </span>
      </div>
      <p className={classes.said}>{previewOf(delivery.part, text.console)}</p>
      {why && <p className={classes.deliveryWhy}>{why}</p>}
      {receipt?.note && <p className={classes.deliveryWhy}>{receipt.note}</p>}
      {maybeTwice && (
        <p className={classes.twice} data-testid="maybe-twice">
          <IconAlertTriangle size={14} aria-hidden="true" />
          {text.detail.maybeTwice}
        </p>
      )}
      {receipt?.platformMessageId && (
        <p className={classes.quiet}>
          {text.detail.platformId} <code>{receipt.platformMessageId}</code>
        </p>
      )}
    </li>
  )
}

function previewOf(part: Part, words: Record<'picture' | 'file' | 'voice' | 'video', string>): string {
  switch (part.kind) {
    case 'text':
    case 'markdown':
      return part.text
    case 'image':
      return `[${words.picture}] ${part.name ?? ''}`
    case 'file':
    case 'voice':
    case 'video':
      return `[${words[part.kind]}] ${part.name ?? ''}`
    case 'card':
      return `${part.title}\n${part.text ?? ''}`.trim()
    case 'link':
      return part.title
    case 'news':
      return part.articles.map(({ title }) => title).join('\n')
    default:
      return `[${part.kind}]`
  }
}
