import { Button, Progress } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconArrowUp } from '@tabler/icons-react'
import { lazy, Suspense, useState } from 'react'
import type { Measure, Raise } from '../../../../core/model/budget.ts'
import type { Standing, Usage } from '../../../../core/model/usage.ts'
import { newId } from '../../api/new-id.ts'
import { useMessage } from '../../api/use-message.ts'
import { useRaiseBudget } from '../../api/use-usage.ts'
import { countText, momentIn, moneyText } from '../../text/format.ts'
import { useText } from '../../text/text.tsx'
import classes from './usage.module.css'
import { SubjectName } from './usage-tables.tsx'

/** It comes when it is wanted: the figures need none of its fields. */
const RaiseForm = lazy(() => import('./raise-form.tsx').then(({ RaiseForm }) => ({ default: RaiseForm })))

/** The budgets of today, the fullest first, and what operators have given beyond them. */
export function BudgetList({ usage }: { usage: Usage }) {
  const { text, lang } = useText()
  const [raising, setRaising] = useState<Standing>()
  const [isFormWanted, setIsFormWanted] = useState(false)
  const { budgets, raises, until, timeZone } = usage
  const raise = (standing: Standing) => {
    setIsFormWanted(true)
    setRaising(standing)
  }
  return (
    <section className={classes.panel} aria-label={text.usage.budgets} data-testid="usage-budgets">
      <h2 className={classes.heading}>
        {text.usage.budgets}
        <span>{text.usage.anew(momentIn(until, timeZone, lang))}</span>
      </h2>
      {budgets.length === 0 && <p className={classes.quiet}>{text.usage.noBudgets}</p>}
      <ul className={classes.rows}>
        {budgets.map((standing) => (
          <BudgetRow key={standing.subject} standing={standing} onRaise={() => raise(standing)} />
        ))}
      </ul>
      {raises.length > 0 && <RaiseList usage={usage} />}
      <Suspense>{isFormWanted && <RaiseForm standing={raising} onClose={() => setRaising(undefined)} />}</Suspense>
    </section>
  )
}

function BudgetRow({ standing, onRaise }: { standing: Standing; onRaise(): void }) {
  const { text } = useText()
  const { subject, kind, limits } = standing
  return (
    <li className={classes.budget} data-testid="usage-budget">
      <div className={classes.budgetHead}>
        <span className={classes.name}>
          <SubjectName subject={subject} />
        </span>
        {kind === 'group' && <span className={classes.tag}>{text.tasks.inGroup}</span>}
        <Button
          className={classes.raise}
          size="compact-xs"
          variant="light"
          leftSection={<IconArrowUp size={13} />}
          aria-label={text.usage.raiseFor(subject)}
          onClick={onRaise}
        >
          {text.usage.raise}
        </Button>
      </div>
      {limits.map(({ measure, used, limit }) => (
        <div key={measure} className={classes.limit}>
          <span>{text.usage[measure]}</span>
          <Progress
            value={limit === 0 ? 100 : Math.min(100, (used / limit) * 100)}
            color={toneOf(used, limit)}
            aria-label={`${subject} ${text.usage[measure]}`}
          />
          <span className={classes.limitText}>
            {figureText(measure, used)} / {figureText(measure, limit)}
          </span>
        </div>
      ))}
    </li>
  )
}

function RaiseList({ usage }: { usage: Usage }) {
  const { text, lang } = useText()
  const messageOf = useMessage()
  const raise = useRaiseBudget()
  const takeBack = ({ subject, measure }: Raise) => {
    const onError = (error: Error) =>
      notifications.show({ title: text.action.failed, message: messageOf(error), color: 'red' })
    raise.mutate({ raise: { subject, measure, amount: 0 }, key: newId('raise') }, { onError })
  }
  return (
    <>
      <h3 className={classes.subheading}>{text.usage.raised}</h3>
      <ul className={classes.raises} data-testid="usage-raises">
        {usage.raises.map((raise) => (
          <li key={`${raise.subject} ${raise.measure} ${raise.at} ${raise.amount}`}>
            <span>
              {raise.subject === 'all' ? text.usage.everybody : raise.subject} · {text.usage[raise.measure]} +
              {figureText(raise.measure, raise.amount)}
            </span>
            <span className={classes.quiet}>
              {text.usage.raisedUntil(momentIn(raise.until, usage.timeZone, lang), raise.by)}
            </span>
            <Button
              size="compact-xs"
              variant="subtle"
              color="gray"
              aria-label={text.usage.takeBackOf(raise.subject)}
              onClick={() => takeBack(raise)}
            >
              {text.usage.takeBack}
            </Button>
          </li>
        ))}
      </ul>
    </>
  )
}

function figureText(measure: Measure, value: number): string {
  return measure === 'cost' ? moneyText(value) : countText(value)
}

function toneOf(used: number, limit: number): string {
  if (used >= limit) return 'red'
  return used >= limit * 0.8 ? 'yellow' : 'huitou'
}
