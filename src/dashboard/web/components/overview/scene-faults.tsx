import { IconAlertTriangle } from '@tabler/icons-react'
import type { Overview } from '../../../api/shapes.ts'
import { useText } from '../../text/text.tsx'
import classes from './overview.module.css'

/** Scene files that could not be loaded, with the line to look at. */
export function SceneFaults({ faults }: { faults: Overview['sceneFaults'] }) {
  const { text } = useText()
  if (faults.length === 0) return null
  return (
    <div className={classes.faults} role="alert" data-testid="scene-faults">
      <IconAlertTriangle size={18} aria-hidden="true" />
      <div className={classes.faultList}>
        <strong>{text.overview.faults(faults.length)}</strong>
        <ul>
          {faults.map(({ file, line, message }) => (
            <li key={`${file}:${line} ${message}`}>
              <code>{line === undefined ? file : `${file}:${line}`}</code>
              <span>{message}</span>
            </li>
          ))}
        </ul>
      </div>
    </div>
  )
}
