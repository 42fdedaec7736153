import { Button } from '@mantine/core'
import type { Part } from '../../../../core/message/part.ts'
import { useText } from '../../text/text.tsx'
import { Markdown } from './markdown.tsx'
import classes from './parts.module.css'
import { safeUrl } from './safe-url.ts'

type Card = Extract<Part, { kind: 'card' }>

const looks = {
  primary: { variant: 'filled' },
  danger: { variant: 'light', color: 'red' },
  plain: { variant: 'default' },
} as const

/** A card; pressing a button says its command. */
export function CardView({ card, onCommand }: { card: Card; onCommand(command: string): void }) {
  const { text } = useText()
  const address = card.url === undefined ? undefined : safeUrl(card.url)
  return (
    <section className={classes.card}>
      <h4 className={classes.cardTitle}>
        {address === undefined ? (
          card.title
        ) : (
          <a href={address} target="_blank" rel="noopener noreferrer">
            {card.title}
          </a>
        )}
      </h4>
      {card.text && <Markdown text={card.text} />}
      {card.facts && card.facts.length > 0 && (
        <dl className={classes.facts}>
          {card.facts.map(({ name, value }) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
      {card.buttons && card.buttons.length > 0 && (
        <div className={classes.buttons}>
          {card.buttons.map(({ label, command, style = 'plain' }) => (
            <Button
              key={command}
              size="xs"
              {...looks[style]}
              title={text.console.cardSay(command)}
              data-testid="card-button"
              onClick={() => onCommand(command)}
            >
              {label}
            </Button>
          ))}
        </div>
      )}
    </section>
  )
}
