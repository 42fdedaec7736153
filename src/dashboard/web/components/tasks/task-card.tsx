import { Link } from '../../router.tsx'
import { agoText } from '../../text/format.ts'
import { useText } from '../../text/text.tsx'
import { ProgressBar } from './progress-bar.tsx'
import { StateBadge } from './state-badge.tsx'
import { TaskButtons } from './task-buttons.tsx'
import { CommandLabel, TaskNumber, WhoLabel } from './task-parts.tsx'
import type { TaskLine } from './task-row.tsx'
import classes from './tasks.module.css'
import { useTook } from './use-took.ts'

/** A task's row as phones show it. */
export function TaskCard({ task, now, narrow, linkTo }: TaskLine) {
  const { text } = useText()
  const took = useTook(task, now)
  return (
    <li className={classes.card} data-testid="task-row" data-task={task.id}>
      <div className={classes.cardHead}>
        <span className={classes.number}>
          <TaskNumber task={task} />
        </span>
        <StateBadge state={task.state} />
        <CommandLabel task={task} narrow={narrow} />
        <span className={classes.cardTime}>{agoText(task.createdAt, now, text)}</span>
      </div>
      <Link to={linkTo(task.id)} className={classes.cardText}>
        {task.text}
      </Link>
      {task.state === 'running' && <ProgressBar progress={task.progress} />}
      {task.why && task.state !== 'running' && <span className={classes.why}>{task.why}</span>}
      <div className={classes.cardFoot}>
        <WhoLabel task={task} narrow={narrow} />
        {took && <span className={classes.time}>{took}</span>}
        <span className={classes.cardButtons}>
          <TaskButtons task={task} size="icon" />
        </span>
      </div>
    </li>
  )
}
