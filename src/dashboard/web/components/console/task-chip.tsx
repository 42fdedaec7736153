import { Button } from '@mantine/core'
import { IconPlayerStop, IconRefresh } from '@tabler/icons-react'
import type { TaskSummary } from '../../../api/shapes.ts'
import { useTaskActions } from '../../api/task-actions.ts'
import { actionOf } from '../../api/task-state.ts'
import { useNow } from '../../api/use-now.ts'
import { Link } from '../../router.tsx'
import { useText } from '../../text/text.tsx'
import { ProgressBar } from '../tasks/progress-bar.tsx'
import { StateBadge } from '../tasks/state-badge.tsx'
import { useTook } from '../tasks/use-took.ts'
import classes from './console.module.css'

/** The task that a message became, under its bubble. */
export function TaskChip({ task, isAnswering }: { task: TaskSummary; isAnswering: boolean }) {
  const { text } = useText()
  const { busy, act } = useTaskActions(task)
  const took = useTook(task, useNow())
  const action = actionOf(task)
  const name = task.number === undefined ? text.tasks.unnumbered : `#${task.number}`
  return (
    <div className={classes.task} data-testid="console-task" data-task={task.id}>
      <Link to={`/tasks/${task.id}`} className={classes.taskNumber} aria-label={text.console.openTask(name)}>
        {name}
      </Link>
      <StateBadge state={task.state} />
      {task.command && <span className={classes.taskCommand}>{task.command}</span>}
      {took && <span className={classes.taskTook}>{took}</span>}
      {action && (
        <Button
          size="compact-xs"
          variant="subtle"
          color={action === 'cancel' ? 'red' : undefined}
          leftSection={action === 'cancel' ? <IconPlayerStop size={13} /> : <IconRefresh size={13} />}
          loading={busy !== undefined}
          aria-label={action === 'cancel' ? text.action.cancelTask(name) : text.action.retryTask(name)}
          data-testid={`task-${action}`}
          onClick={() => act(action)}
        >
          {text.action[action]}
        </Button>
      )}
      {task.state === 'running' && !isAnswering && (
        <div className={classes.taskProgress}>
          <ProgressBar progress={task.progress} />
        </div>
      )}
      {task.why && <span className={classes.taskWhy}>{task.why}</span>}
    </div>
  )
}
