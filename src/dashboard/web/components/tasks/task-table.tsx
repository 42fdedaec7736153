import type { TaskSummary } from '../../../api/shapes.ts'
import { useNow } from '../../api/use-now.ts'
import { useText } from '../../text/text.tsx'
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
  const { number, state, command, message, who, when, took, actions } = text.tasks
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <th className={classes.numberColumn}>{number}</th>
          <th className={classes.stateColumn}>{state}</th>
          <th className={classes.commandColumn}>{command}</th>
          <th>{message}</th>
          <th className={classes.whoColumn}>{who}</th>
          <th className={classes.timeColumn}>{when}</th>
          <th className={classes.timeColumn}>{took}</th>
          <th className={classes.actionColumn}>
            <span className="unseen">{actions}</span>
          </th>
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
