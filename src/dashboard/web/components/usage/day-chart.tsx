import type { Usage } from '../../../../core/model/usage.ts'
import { countText, moneyText } from '../../text/format.ts'
import { useText } from '../../text/text.tsx'
import classes from './usage.module.css'

/** A bar a day, as high as its tokens; those that are summed up elsewhere on the page are in colour. */
export function DayChart({ days, shown }: { days: Usage['days']; shown: number }) {
  const { text } = useText()
  const most = Math.max(1, ...days.map(({ tokens }) => tokens))
  return (
    <ol className={classes.chart} data-testid="usage-chart">
      {days.map(({ day, tokens, calls, cost }, place) => {
        const words = text.usage.ofDay(day, countText(tokens), countText(calls), moneyText(cost))
        return (
          <li key={day} className={classes.day} data-shown={place >= days.length - shown || undefined} title={words}>
            <span className={classes.column} aria-hidden="true">
              <i style={{ height: tokens === 0 ? '2px' : `max(4px, ${(tokens / most) * 100}%)` }} />
            </span>
            <span className={classes.date} aria-hidden="true">
              {Number(day.slice(8))}
            </span>
            <span className="unseen">{words}</span>
          </li>
        )
      })}
    </ol>
  )
}
