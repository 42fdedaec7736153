import { IconCircleCheck } from '@tabler/icons-react'
import type { TaskDetail } from '../../../api/shapes.ts'
import { bytesText } from '../../text/format.ts'
import { useText } from '../../text/text.tsx'
import classes from './detail.module.css'

/** The steps whose results are kept: a later attempt skips them. */
export function Steps({ task: { steps, hasMoreSteps } }: { task: TaskDetail }) {
  const { text } = useText()
  if (steps.length === 0) return null
  return (
    <section>
      <h3 className={classes.heading}>{text.detail.steps}</h3>
      {hasMoreSteps && <p className={classes.quiet}>{text.detail.lastSteps(steps.length)}</p>}
      <ul className={classes.steps}>
        {steps.map(({ name, bytes }) => (
          <li key={name}>
            <IconCircleCheck size={16} aria-hidden="true" />
            <code>{name}</code>
            <span className={classes.quiet}>{text.detail.stepKept(bytesText(bytes))}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
