import type { ListedSchedule } from '../../../api/shapes.ts'
import { Link } from '../../router.tsx'
import { momentIn } from '../../text/format.ts'
import { useText } from '../../text/text.tsx'
import { StateBadge } from '../tasks/state-badge.tsx'
import { chatName } from './chat-name.ts'
import classes from './schedules.module.css'

/** Whether it is at work, and if not, why. */
export function ScheduleState({ schedule: { paused, open } }: { schedule: ListedSchedule }) {
  const { text } = useText()
  const words = text.schedules
  const state = paused === undefined ? (open.length > 0 ? 'running' : 'active') : paused.why
  const label = paused === undefined ? (open.length > 0 ? words.running : words.active) : words.paused[paused.why]
  return (
    <span className={classes.state} data-state={state} data-testid="schedule-state">
      {label}
    </span>
  )
}

/** For whom, where, and how it goes about it. */
export function Particulars({ schedule }: { schedule: ListedSchedule }) {
  const { text } = useText()
  const words = text.schedules
  const { to, owner, askedIn, misfire, overlap, pauseAfter, source, name, failures, queued, passedOver, paused } =
    schedule
  return (
    <>
      <dl className={classes.facts}>
        <div>
          <dt>{words.to}</dt>
          <dd>{chatName(to)}</dd>
        </div>
        <div>
          <dt>{words.owner}</dt>
          <dd>{`${askedIn.channel}:${owner.id}`}</dd>
        </div>
      </dl>
      <p className={classes.policy}>
        <span>{name === undefined ? words.sources[source] : `${words.sources[source]} · ${name}`}</span>
        <span>{words.misfire[misfire]}</span>
        <span>{words.overlap[overlap]}</span>
        <span>{words.pauseAfter(pauseAfter)}</span>
      </p>
      {(failures > 0 || queued.length > 0 || passedOver) && (
        <p className={classes.remarks}>
          {failures > 0 && <span data-tone={paused ? 'bad' : 'warn'}>{words.failures(failures)}</span>}
          {queued.length > 0 && <span>{words.queued(queued.length)}</span>}
          {passedOver && <span>{words.passedOver[passedOver.why](passedOver.count)}</span>}
        </p>
      )}
    </>
  )
}

export function NextTimes({ schedule: { next, timeZone } }: { schedule: ListedSchedule }) {
  const { text } = useText()
  return (
    <section className={classes.column}>
      <h3 className={classes.heading}>{text.schedules.next}</h3>
      <Times times={next} timeZone={timeZone} />
    </section>
  )
}

/** Moments in the zone they are meant in. */
export function Times({ times, timeZone }: { times: readonly number[]; timeZone: string }) {
  const { lang } = useText()
  if (times.length === 0) return <p className={classes.nothing}>—</p>
  return (
    <ul className={classes.times} data-testid="schedule-times">
      {times.map((at) => (
        <li key={at}>{momentIn(at, timeZone, lang)}</li>
      ))}
      <li className={classes.zone}>{timeZone}</li>
    </ul>
  )
}

const SHOWN_RUNS = 5

export function LastRuns({ schedule: { recent, timeZone } }: { schedule: ListedSchedule }) {
  const { text, lang } = useText()
  const words = text.schedules
  return (
    <section className={classes.column}>
      <h3 className={classes.heading}>{words.last}</h3>
      {recent.length === 0 && <p className={classes.nothing}>{words.noneYet}</p>}
      <ul className={classes.times}>
        {recent.slice(0, SHOWN_RUNS).map(({ taskId, number, state, dueAt, why }) => (
          <li key={taskId} title={why}>
            <Link to={`/tasks/${taskId}`} aria-label={words.openTask(number)} className={classes.task}>
              #{number}
            </Link>
            <StateBadge state={state} />
            <span className={classes.dim}>{momentIn(dueAt, timeZone, lang)}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
