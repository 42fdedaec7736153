import type { TaskSummary } from '../../../api/shapes.ts'
import { Link } from '../../router.tsx'
import { agoText, momentText } from '../../text/format.ts'
import { useText } from '../../text/text.tsx'
import { ProgressBar } from './progress-bar.tsx'
import { StateBadge } from './state-badge.tsx'
import { TaskButtons } from './task-buttons.tsx'
import { CommandLabel, type Narrow, TaskNumber, WhoLabel } from './task-parts.tsx'
import classes from './tasks.module.css'
import { useTook } from './use-took.ts'

export interface TaskLine {
  task: TaskSummary
  now: number
  isOpen: boolean
  narrow: Narrow
  open(id: string): void
  linkTo(id: string): string
}

export function TaskRow({ task, now, isOpen, narrow, open, linkTo }: TaskLine) {
  const { text, lang } = useText()
  const took = useTook(task, now)
  return (
    // The link in the row is the way in for keyboards; the whole row is for the hand that aims less well.
    <tr
      className={classes.row}
      data-open={isOpen || undefined}
      data-testid="task-row"
      data-task={task.id}
      onClick={() => open(task.id)}
    >
      <td className={classes.number}>
        <TaskNumber task={task} />
      </td>
      <td>
        <StateBadge state={task.state} />
      </td>
      <td>
        <CommandLabel task={task} narrow={narrow} />
      </td>
      <td className={classes.textCell}>
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
      </td>
      <td>
        <WhoLabel task={task} narrow={narrow} />
      </td>
      <td className={classes.time} title={momentText(task.createdAt, lang)}>
        {agoText(task.createdAt, now, text)}
      </td>
      <td className={classes.time}>
        {took}
        {task.attempt > 1 && <span className={classes.attempt}>{text.tasks.attempt(task.attempt)}</span>}
      </td>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: only keeps clicks on the buttons from opening the row */}
      <td className={classes.actions} onClick={(event) => event.stopPropagation()}>
        <TaskButtons task={task} size="icon" />
      </td>
    </tr>
  )
}
