import type { TaskSummary } from '../../../api/shapes.ts'
import classes from './state.module.css'

/** How far a running task is; without a figure a bar that wanders. */
export function ProgressBar({ progress }: { progress: TaskSummary['progress'] }) {
  const percent = progress?.percent === undefined ? undefined : Math.round(Math.min(100, Math.max(0, progress.percent)))
  return (
    <span className={classes.progress} data-testid="task-progress">
      <span
        className={classes.bar}
        data-open={percent === undefined || undefined}
        role="progressbar"
        aria-valuenow={percent}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-label={progress?.text}
      >
        <i style={percent === undefined ? undefined : { width: `${percent}%` }} />
      </span>
      {percent !== undefined && <span>{percent}%</span>}
      {progress?.text && <span className={classes.progressText}>{progress.text}</span>}
    </span>
  )
}
