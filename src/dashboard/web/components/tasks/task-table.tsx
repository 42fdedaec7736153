import type { TaskSummary } from '../../../api/shapes.ts'
import { useNow } from '../../api/use-now.ts'
import { useText } from '../../text/text.tsx'
import { columns } from './columns.tsx'
import { TaskCard } from './task-card.tsx'
import type { Narrow } from './task-parts.tsx'
import { TaskRow } from './task-row.tsx'
import classes from './tasks.module.css'

export interface TaskLines {
  tasks: readonly TaskSummary[]
  openId: string | undefined
  narrow: Narrow
  open(id: string): void
  linkTo(id: string): string
}

export function TaskTable({ tasks, openId, ...rest }: TaskLines) {
  const { text } = useText()
  const now = useNow()
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          {columns.map(({ key, head, width, isHeadUnseen }) => (
            <th key={key} className={width}>
              {isHeadUnseen ? <span className="unseen">{head(text.tasks)}</span> : head(text.tasks)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {tasks.map((task) => (
          <TaskRow key={task.id} task={task} now={now} isOpen={task.id === openId} {...rest} />
        ))}
      </tbody>
    </table>
  )
}

export function TaskCards({ tasks, openId, ...rest }: TaskLines) {
  const now = useNow()
  return (
    <ul className={classes.cards}>
      {tasks.map((task) => (
        <TaskCard key={task.id} task={task} now={now} isOpen={task.id === openId} {...rest} />
      ))}
    </ul>
  )
}
