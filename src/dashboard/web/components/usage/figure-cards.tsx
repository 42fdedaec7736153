import type { Figures } from '../../../../core/model/usage.ts'
import { countText, moneyText } from '../../text/format.ts'
import { useText } from '../../text/text.tsx'
import classes from './usage.module.css'

/** The sums of the days that are looked at. */
export function FigureCards({ days }: { days: readonly Figures[] }) {
  const { text } = useText()
  const sum = (pick: (day: Figures) => number) => days.reduce((total, day) => total + pick(day), 0)
  const cards = [
    { name: text.usage.messages, value: countText(sum((day) => day.messages)) },
    { name: text.usage.calls, value: countText(sum((day) => day.calls)) },
    { name: text.usage.tokens, value: countText(sum((day) => day.tokens)) },
    { name: text.usage.cost, value: moneyText(sum((day) => day.cost)) },
  ]
  return (
    <dl className={classes.cards} data-testid="usage-sums">
      {cards.map(({ name, value }) => (
        <div key={name} className={classes.card}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
