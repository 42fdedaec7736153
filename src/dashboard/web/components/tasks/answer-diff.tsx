import type { AnswerDiff } from '../../../../core/task/answer-diff.ts'
import type { Replayed } from '../../../../core/task/replay.ts'
import { useText } from '../../text/text.tsx'
import classes from './answer-diff.module.css'
import detailClasses from './detail.module.css'

/** What a replay says beside what was said before. */
export function AnswerDiffs({ replay }: { replay: Replayed }) {
  const { text } = useText()
  const { was, answers } = replay
  if (answers === undefined) return null
  return (
    <section data-testid="answer-diffs">
      <h3 className={detailClasses.heading}>{text.detail.replayTitle}</h3>
      {was && <p className={detailClasses.quiet}>{text.detail.replayWas(text.states[was.state])}</p>}
      {answers.length === 0 && <p className={detailClasses.quiet}>{text.detail.replaySilent}</p>}
      {answers.map((answer) => (
        <DiffOf key={answer.name} answer={answer} />
      ))}
    </section>
  )
}

const marks = { both: ' ', old: '−', new: '+' } as const

function DiffOf({ answer }: { answer: AnswerDiff }) {
  const { text } = useText()
  const { name, state, lines } = answer
  const labels = { both: undefined, old: text.detail.oldLine, new: text.detail.newLine }
  return (
    <figure className={classes.diff} data-testid="answer-diff" data-state={state}>
      <figcaption className={classes.head}>
        <code>{name === 'answer' ? text.detail.answer : name}</code>
        <span className={classes.state} data-state={state}>
          {text.detail.changes[state]}
        </span>
      </figcaption>
      <div className={classes.lines}>
        {lines.map((line, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a diff is made once and never changes
          <div key={place} className={classes.line} data-kind={line.kind}>
            <span className={classes.mark} role="img" aria-label={labels[line.kind]} aria-hidden={line.kind === 'both'}>
              {marks[line.kind]}
            </span>
            <span>{line.text}</span>
          </div>
        ))}
      </div>
    </figure>
  )
}
