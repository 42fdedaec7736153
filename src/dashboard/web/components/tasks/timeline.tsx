import type { TimelineEvent } from '../../../../core/task/run.ts'
import { Link } from '../../router.tsx'
import { clockText, momentText, spanText } from '../../text/format.ts'
import { useText } from '../../text/text.tsx'
import { CallLine } from './call-line.tsx'
import classes from './detail.module.css'

/** Every hop of the task's way, with the time since the one before and since the first. */
export function Timeline({ hops }: { hops: readonly TimelineEvent[] }) {
  const { text } = useText()
  const first = hops[0]
  return (
    <section>
      <h3 className={classes.heading}>{text.detail.timeline}</h3>
      {first === undefined && <p className={classes.quiet}>{text.detail.noHops}</p>}
      <ol className={classes.hops}>
        {hops.map((hop, place) => (
          <HopLine
            // biome-ignore lint/suspicious/noArrayIndexKey: a timeline only grows at its end
            key={place}
            hop={hop}
            isNewAttempt={hop.attempt !== hops[place - 1]?.attempt}
            sincePrevious={hop.at - (hops[place - 1]?.at ?? hop.at)}
            sinceFirst={hop.at - (first?.at ?? hop.at)}
          />
        ))}
      </ol>
    </section>
  )
}

interface HopLineProps {
  hop: TimelineEvent
  isNewAttempt: boolean
  sincePrevious: number
  sinceFirst: number
}

function HopLine({ hop, isNewAttempt, sincePrevious, sinceFirst }: HopLineProps) {
  const { text, lang } = useText()
  return (
    <li className={classes.hop} data-kind={hop.kind} data-testid="timeline-hop">
      <time className={classes.clock} dateTime={new Date(hop.at).toISOString()} title={momentText(hop.at, lang)}>
        {clockText(hop.at, lang, true)}
      </time>
      <span className={classes.knot} aria-hidden="true" />
      <div className={classes.hopBody}>
        <div className={classes.hopHead}>
          <span className={classes.hopName}>{text.hops[hop.kind]}</span>
          {hop.attempt !== undefined && isNewAttempt && (
            <span className={classes.tag}>{text.detail.hopAttempt(hop.attempt)}</span>
          )}
          {hop.route && <span className={classes.tag}>{text.routes[hop.route]}</span>}
          {hop.ms !== undefined && <span className={classes.tag}>{spanText(hop.ms, text)}</span>}
        </div>
        {hop.call ? <CallLine call={hop.call} /> : hop.text && <p className={classes.hopText}>{hop.text}</p>}
        {hop.child && (
          <Link className={classes.hopLink} to={`/tasks/${hop.child.id}`} data-testid="timeline-child">
            #{hop.child.number}
          </Link>
        )}
      </div>
      <div className={classes.deltas}>
        {sinceFirst > 0 && (
          <>
            <span>+{spanText(sincePrevious, text)}</span>
            <span className={classes.quiet}>{text.detail.total(spanText(sinceFirst, text))}</span>
          </>
        )}
      </div>
    </li>
  )
}
