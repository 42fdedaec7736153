import { Button, SegmentedControl, Skeleton } from '@mantine/core'
import { IconChartBarOff } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Usage } from '../../../core/model/usage.ts'
import { usageQuery } from '../api/queries.ts'
import { useMessage } from '../api/use-message.ts'
import { Notice } from '../components/frame/notice.tsx'
import { BudgetList } from '../components/usage/budget-list.tsx'
import { DayChart } from '../components/usage/day-chart.tsx'
import { FigureCards } from '../components/usage/figure-cards.tsx'
import classes from '../components/usage/usage.module.css'
import { ModelTable, SubjectTable } from '../components/usage/usage-tables.tsx'
import { useText } from '../text/text.tsx'

const spans = [1, 7, 14] as const

/** What models are used for, by whom, and what is left of the budgets. */
export function UsagePage() {
  const { text } = useText()
  const messageOf = useMessage()
  const [days, setDays] = useState(1)
  const { data: usage, error, refetch } = useQuery(usageQuery(days))

  return (
    <div className={classes.page} data-testid="usage-page">
      <header className={classes.head}>
        <h1 className={classes.title}>{text.usage.title}</h1>
        {usage && <p className={classes.zone}>{text.usage.zone(usage.timeZone)}</p>}
        <SegmentedControl
          className={classes.spans}
          aria-label={text.usage.span}
          value={String(days)}
          onChange={(value) => setDays(Number(value))}
          data={spans.map((span) => ({ value: String(span), label: text.usage.days(span) }))}
        />
      </header>
      {!usage && error && (
        <Notice icon={<IconChartBarOff />} title={messageOf(error)} isAlert>
          <Button variant="light" onClick={() => void refetch()}>
            {text.errors.again}
          </Button>
        </Notice>
      )}
      {!usage && !error && <Skeleton height={320} radius="md" />}
      {usage && <Figures usage={usage} days={days} />}
    </div>
  )
}

function Figures({ usage, days }: { usage: Usage; days: number }) {
  const { text } = useText()
  const shown = usage.days.slice(-days)
  return (
    <>
      <FigureCards days={shown} />
      <div className={classes.columns}>
        <div className={classes.stack}>
          <section className={classes.panel} aria-label={text.usage.byDay}>
            <h2 className={classes.heading}>{text.usage.byDay}</h2>
            <DayChart days={usage.days} shown={days} />
          </section>
          <ModelTable models={usage.models} />
          {usage.groups.length > 0 && <SubjectTable kind="group" rows={usage.groups} />}
        </div>
        <div className={classes.stack}>
          <BudgetList usage={usage} />
          <SubjectTable kind="person" rows={usage.people} />
        </div>
      </div>
    </>
  )
}
