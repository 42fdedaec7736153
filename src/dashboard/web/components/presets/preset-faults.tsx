import { IconAlertTriangle } from '@tabler/icons-react'
import type { PresetList } from '../../../api/shapes.ts'
import { useText } from '../../text/text.tsx'
import classes from './presets.module.css'

/** Preset files that could not be read, with the line to look at. */
export function PresetFaults({ faults }: { faults: PresetList['faults'] }) {
  const { text } = useText()
  if (faults.length === 0) return null
  return (
    <div className={classes.faults} role="alert" data-testid="preset-faults">
      <IconAlertTriangle size={18} aria-hidden="true" />
      <div>
        <strong>{text.presets.faults(faults.length)}</strong>
        <ul>
          {faults.map(({ file, line, message }) => (
            <li key={file}>
              <code>{line === undefined ? file : `${file}:${line}`}</code>
              <span>{message}</span>
            </li>
          ))}
        </ul>
      </div>
    </div>
  )
}
