import type { ComponentType } from 'react'
import type { TaskSummary } from '../../../api/shapes.ts'
import { Link } from '../../router.tsx'
import { agoText, momentText } from '../../text/format.ts'
import { useText } from '../../text/text.tsx'
import type { Text } from '../../text/zh.ts'
import { ProgressBar } from './progress-bar.tsx'
import { StateBadge } from './state-badge.tsx'
import { TaskButtons } from './task-buttons.tsx'
import { CommandLabel, type Narrow, TaskNumber, WhoLabel } from './task-parts.tsx'
import classes from './tasks.module.css'
import { useTook } from './use-took.ts'

/** One task of the list, and what its line may ask for. */
export interface TaskLine {
  task: TaskSummary
  now: number
  isOpen: boolean
  narrow: Narrow
  open(id: string): void
  linkTo(id: string): string
}

/** What the list shows of a task: a column of the table, and a part of a phone's card. */
interface Column {
  key: string
  head(words: Text['tasks']): string
  /** The head is there for those who do not see it. */
  isHeadUnseen?: boolean
  /** The column's width. */
  width?: string | undefined
  className?: string | undefined
  cell: ComponentType<TaskLine>
  /** Where a phone's card has it, and how it stands there. */
  phone: { place: 'top' | 'middle' | 'foot'; className?: string | undefined }
  /** A click is its own and does not open the task. */
  keepsClicks?: boolean
}

export const columns: readonly Column[] = [
  {
    key: 'number',
    head: ({ number }) => number,
    width: classes.numberColumn,
    className: classes.number,
    cell: ({ task }) => <TaskNumber task={task} />,
    phone: { place: 'top', className: classes.number },
  },
  {
    key: 'state',
    head: ({ state }) => state,
    width: classes.stateColumn,
    cell: ({ task }) => <StateBadge state={task.state} />,
    phone: { place: 'top' },
  },
  {
    key: 'command',
    head: ({ command }) => command,
    width: classes.commandColumn,
    cell: ({ task, narrow }) => <CommandLabel task={task} narrow={narrow} />,
    phone: { place: 'top', className: classes.shrinking },
  },
  {
    key: 'message',
    head: ({ message }) => message,
    className: classes.textCell,
    cell: MessageCell,
    phone: { place: 'middle', className: classes.cardBody },
  },
  {
    key: 'who',
    head: ({ who }) => who,
    width: classes.whoColumn,
    cell: ({ task, narrow }) => <WhoLabel task={task} narrow={narrow} />,
    phone: { place: 'foot', className: classes.shrinking },
  },
  {
    key: 'when',
    head: ({ when }) => when,
    width: classes.timeColumn,
    className: classes.time,
    cell: WhenCell,
    phone: { place: 'top', className: classes.cardTime },
  },
  {
    key: 'took',
    head: ({ took }) => took,
    width: classes.timeColumn,
    className: classes.time,
    cell: TookCell,
    phone: { place: 'foot', className: classes.cardTook },
  },
  {
    key: 'actions',
    head: ({ actions }) => actions,
    isHeadUnseen: true,
    width: classes.actionColumn,
    className: classes.actions,
    cell: ({ task }) => <TaskButtons task={task} size="icon" />,
    phone: { place: 'foot', className: classes.cardButtons },
    keepsClicks: true,
  },
]

/** The link is the way in for keyboards, and on a phone the whole card is its surface. */
function MessageCell({ task, linkTo }: TaskLine) {
  const { text } = useText()
  return (
    <>
      <Link
        to={linkTo(task.id)}
        className={classes.text}
        aria-label={`${text.tasks.open(task.number === undefined ? '' : `#${task.number}`)}: ${task.text}`}
        onClick={(event) => event.stopPropagation()}
      >
        {task.text}
      </Link>
      {task.state === 'running' && <ProgressBar progress={task.progress} />}
      {task.why && task.state !== 'running' && <span className={classes.why}>{task.why}</span>}
    </>
  )
}

function WhenCell({ task, now }: TaskLine) {
  const { text, lang } = useText()
  return <span title={momentText(task.createdAt, lang)}>{agoText(task.createdAt, now, text)}</span>
}

function TookCell({ task, now }: TaskLine) {
  const { text } = useText()
  const took = useTook(task, now)
  return (
    <>
      {took}
      {task.attempt > 1 && <span className={classes.attempt}>{text.tasks.attempt(task.attempt)}</span>}
    </>
  )
}
