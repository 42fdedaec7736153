import { Textarea, TextInput } from '@mantine/core'
import { useText } from '../../text/text.tsx'
import type { Draft } from './preset-draft.ts'
import classes from './presets.module.css'

/** So that two fields beside each other stand at one height. */
const hintBelow: ('label' | 'input' | 'description' | 'error')[] = ['label', 'input', 'description', 'error']

interface FieldsProps {
  draft: Draft
  faults: Partial<Record<keyof Draft, string>>
  /** The name is chosen once. */
  isNew: boolean
  onChange(change: Partial<Draft>): void
}

export function PresetFieldset({ draft, faults, isNew, onChange }: FieldsProps) {
  const { text } = useText()
  const words = text.presets.fields
  const field = (name: keyof Draft) => ({
    label: words[name],
    value: draft[name],
    error: faults[name],
    onChange: (event: { currentTarget: { value: string } }) => onChange({ [name]: event.currentTarget.value }),
    'data-testid': `preset-${name}`,
  })
  return (
    <div className={classes.fields}>
      {isNew && (
        <TextInput
          {...field('name')}
          description={words.nameHint}
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck={false}
          data-autofocus
          required
          withAsterisk={false}
        />
      )}
      <div className={classes.pair}>
        <TextInput {...field('titleZh')} lang="zh" />
        <TextInput {...field('titleEn')} lang="en" />
      </div>
      <Textarea
        {...field('text')}
        description={words.textHint}
        autosize
        minRows={8}
        maxRows={22}
        classNames={{ input: classes.prompt }}
      />
      <div className={classes.pair}>
        <TextInput {...field('model')} description={words.modelHint} inputWrapperOrder={hintBelow} spellCheck={false} />
        <TextInput
          {...field('temperature')}
          description={words.temperatureHint}
          inputWrapperOrder={hintBelow}
          inputMode="decimal"
        />
      </div>
    </div>
  )
}
