import { UnstyledButton } from '@mantine/core'
import type { RunState } from '../../../../core/task/run.ts'
import type { Overview } from '../../../api/shapes.ts'
import { allStates } from '../../api/task-filter.ts'
import { useText } from '../../text/text.tsx'
import classes from './filter.module.css'

interface StateChipsProps {
  chosen: readonly RunState[]
  overview: Overview | undefined
  onChange(states: RunState[]): void
}

/** One chip a state, several at once; counts where the lanes know them. */
export function StateChips({ chosen, overview, onChange }: StateChipsProps) {
  const { text } = useText()
  const counts = countsOf(overview)
  const toggle = (state: RunState) => onChange(allStates.filter((one) => (one === state) !== chosen.includes(one)))
  return (
    <fieldset className={classes.chips} aria-label={text.tasks.filterByState}>
      <UnstyledButton
        className={classes.chip}
        aria-pressed={chosen.length === 0}
        data-testid="state-all"
        onClick={() => onChange([])}
      >
        {text.tasks.all}
      </UnstyledButton>
      {allStates.map((state) => (
        <UnstyledButton
          key={state}
          className={classes.chip}
          aria-pressed={chosen.includes(state)}
          data-state={state}
          data-testid={`state-${state}`}
          onClick={() => toggle(state)}
        >
          {text.states[state]}
          {(counts[state] ?? 0) > 0 && <b className={classes.count}>{counts[state]}</b>}
        </UnstyledButton>
      ))}
    </fieldset>
  )
}

function countsOf(overview: Overview | undefined): Partial<Record<RunState, number>> {
  const lanes = overview?.lanes ?? []
  return {
    waiting: lanes.reduce((sum, { waiting, delayed }) => sum + waiting + delayed, 0),
    running: lanes.reduce((sum, { active }) => sum + active, 0),
    failed: lanes.reduce((sum, { failed }) => sum + failed, 0),
  }
}
