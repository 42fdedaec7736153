import { IconAlertTriangle } from '@tabler/icons-react'
import classes from './faults.module.css'

/** Files that could not be read as they are, with the line to look at. */
export function Faults({
  faults,
  title,
  testId,
}: {
  faults: readonly { file: string; line?: number | undefined; message: string }[]
  title: (count: number) => string
  testId: string
}) {
  if (faults.length === 0) return null
  return (
    <div className={classes.faults} role="alert" data-testid={testId}>
      <IconAlertTriangle size={18} aria-hidden="true" />
      <div className={classes.faultList}>
        <strong>{title(faults.length)}</strong>
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
