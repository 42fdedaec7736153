import { Badge } from '@mantine/core'
import type { ListedPreset } from '../../api/use-presets.ts'
import { Link } from '../../router.tsx'
import { useText } from '../../text/text.tsx'
import classes from './presets.module.css'

/** A preset as the list shows it; all of it is the link to its editor. */
export function PresetCard({ preset, isUsual }: { preset: ListedPreset; isUsual: boolean }) {
  const { text, lang } = useText()
  const { name, title, model, temperature } = preset
  return (
    <li className={classes.card} data-testid="preset-card" data-preset={name}>
      <div className={classes.cardHead}>
        <Link
          to={`/presets/${encodeURIComponent(name)}`}
          className={classes.cardTitle}
          aria-label={text.presets.open(name)}
        >
          {title?.[lang] ?? name}
        </Link>
        {isUsual && (
          <Badge variant="light" size="sm" tt="none" flex="none">
            {text.presets.usual}
          </Badge>
        )}
        <Origin preset={preset} />
      </div>
      <p className={classes.facts}>
        {title && <code>{name}</code>}
        {model && <code>{model}</code>}
        {temperature !== undefined && <span>{text.presets.temperature(temperature)}</span>}
      </p>
      <p className={classes.excerpt}>{preset.text}</p>
    </li>
  )
}

/** Where a preset comes from. */
export function Origin({ preset: { file, edited } }: { preset: ListedPreset }) {
  const { text } = useText()
  const origin = edited === undefined ? 'file' : file === undefined ? 'here' : 'over'
  const words = { file: text.presets.fromFile, here: text.presets.fromHere, over: text.presets.overFile }
  return (
    <span className={classes.origin} data-origin={origin} data-testid="preset-origin">
      {words[origin]}
    </span>
  )
}
