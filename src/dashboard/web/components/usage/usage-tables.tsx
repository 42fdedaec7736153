import type { ReactNode } from 'react'
import type { Usage } from '../../../../core/model/usage.ts'
import { Link } from '../../router.tsx'
import { countText, moneyText } from '../../text/format.ts'
import { useText } from '../../text/text.tsx'
import classes from './usage.module.css'

export function ModelTable({ models }: { models: Usage['models'] }) {
  const { text } = useText()
  const most = Math.max(1, ...models.map(({ inputTokens, outputTokens }) => inputTokens + outputTokens))
  return (
    <Table title={text.usage.byModel} isEmpty={models.length === 0} testId="usage-models">
      {models.map(({ model, calls, failures, inputTokens, outputTokens, cost }) => (
        <Row
          key={model}
          name={<code>{model}</code>}
          part={(inputTokens + outputTokens) / most}
          facts={[
            text.usage.callCount(countText(calls)),
            text.detail.tokens(countText(inputTokens), countText(outputTokens)),
            text.detail.cost(moneyText(cost)),
          ]}
          bad={failures > 0 ? text.usage.failed(countText(failures)) : undefined}
        />
      ))}
    </Table>
  )
}

export function SubjectTable({ kind, rows }: { kind: 'person' | 'group'; rows: Usage['people'] }) {
  const { text } = useText()
  const most = Math.max(1, ...rows.map(({ tokens }) => tokens))
  const title = kind === 'person' ? text.usage.byPerson : text.usage.byGroup
  return (
    <Table title={title} isEmpty={rows.length === 0} testId={`usage-${kind}`}>
      {rows.map(({ subject, messages, calls, tokens, cost }) => (
        <Row
          key={subject}
          name={<SubjectName subject={subject} />}
          part={tokens / most}
          facts={[
            text.usage.messageCount(countText(messages)),
            text.usage.callCount(countText(calls)),
            text.usage.tokenCount(countText(tokens)),
            text.detail.cost(moneyText(cost)),
          ]}
        />
      ))}
    </Table>
  )
}

/** A person leads to their tasks. */
export function SubjectName({ subject }: { subject: string }) {
  const { text } = useText()
  if (subject === 'all') return <>{text.usage.everybody}</>
  if (subject.startsWith('group:')) return <>{subject.slice('group:'.length)}</>
  return (
    <Link to={`/tasks?${new URLSearchParams({ user: subject })}`} className={classes.person}>
      {subject}
    </Link>
  )
}

interface TableProps {
  title: string
  isEmpty: boolean
  testId: string
  children: ReactNode
}

function Table({ title, isEmpty, testId, children }: TableProps) {
  const { text } = useText()
  return (
    <section className={classes.panel} aria-label={title} data-testid={testId}>
      <h2 className={classes.heading}>{title}</h2>
      {isEmpty ? <p className={classes.quiet}>{text.usage.none}</p> : <ul className={classes.rows}>{children}</ul>}
    </section>
  )
}

interface RowProps {
  name: ReactNode
  /** Of the longest bar, 0 to 1. */
  part: number
  facts: readonly string[]
  bad?: string
}

function Row({ name, part, facts, bad }: RowProps) {
  return (
    <li className={classes.row}>
      <span className={classes.name}>{name}</span>
      <span className={classes.bar} aria-hidden="true">
        <i style={{ width: `${part * 100}%` }} />
      </span>
      <span className={classes.facts}>
        {facts.map((fact) => (
          <span key={fact}>{fact}</span>
        ))}
        {bad && <span data-tone="bad">{bad}</span>}
      </span>
    </li>
  )
}
