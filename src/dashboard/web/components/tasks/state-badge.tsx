import type { RunState } from '../../../../core/task/run.ts'
import { useText } from '../../text/text.tsx'
import classes from './state.module.css'

export function StateBadge({ state }: { state: RunState }) {
  const { text } = useText()
  return (
    <span className={classes.badge} data-state={state} data-testid="task-state">
      {text.states[state]}
    </span>
  )
}
