import type { Overview } from '../../../api/shapes.ts'
import { useText } from '../../text/text.tsx'
import classes from './overview.module.css'

/** Slots are drawn one by one up to here, beyond it as a bar. */
const MOST_SLOTS = 12

export function LaneMeter({ lane }: { lane: Overview['lanes'][number] }) {
  const { text } = useText()
  const slots = Array.from({ length: lane.concurrency }, (_, place) => ({ place, isTaken: place < lane.active }))
  return (
    <li className={classes.lane}>
      <div className={classes.laneHead}>
        <span className={classes.laneName}>{lane.name}</span>
        <span className={classes.laneSlots} title={text.overview.slots(lane.active, lane.concurrency)}>
          <b>{lane.active}</b>/{lane.concurrency}
        </span>
      </div>
      <div className={classes.slots} aria-hidden="true">
        {lane.concurrency > MOST_SLOTS ? (
          <i className={classes.fill} style={{ width: `${(lane.active / lane.concurrency) * 100}%` }} />
        ) : (
          slots.map(({ place, isTaken }) => <i key={place} data-taken={isTaken || undefined} />)
        )}
      </div>
      <div className={classes.counts}>
        <Count label={text.overview.waiting} count={lane.waiting} />
        <Count label={text.overview.delayed} count={lane.delayed} />
        <Count label={text.overview.failed} count={lane.failed} isBad />
      </div>
    </li>
  )
}

function Count({ label, count, isBad = false }: { label: string; count: number; isBad?: boolean }) {
  return (
    <span data-zero={count === 0 || undefined} data-tone={isBad && count > 0 ? 'bad' : undefined}>
      {label} <b>{count}</b>
    </span>
  )
}
