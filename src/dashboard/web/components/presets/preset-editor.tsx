import { notifications } from '@mantine/notifications'
import { useEffect, useState } from 'react'
import { useNow } from '../../api/use-now.ts'
import { addPreset, type ListedPreset, putPreset, removePreset } from '../../api/use-presets.ts'
import { agoText } from '../../text/format.ts'
import { useText } from '../../text/text.tsx'
import { FormPanel, PanelHead } from '../frame/panel.tsx'
import { Origin } from './preset-card.tsx'
import { draftOf, faultsOf, fieldsOf, isSame } from './preset-draft.ts'
import { PresetFieldset } from './preset-fields.tsx'
import classes from './presets.module.css'
import { RemoveButton } from './remove-button.tsx'

interface EditorProps {
  /** Undefined: a new one. */
  preset: ListedPreset | undefined
  onClose(): void
  /** It was saved under this name, or removed. */
  onChanged(name?: string): void
  /** Whether there are changes that closing would lose. */
  onDirty(isDirty: boolean): void
}

export function PresetEditor({ preset, onClose, onChanged, onDirty }: EditorProps) {
  const { text, lang } = useText()
  const [draft, setDraft] = useState(() => draftOf(preset))
  const [hasTried, setHasTried] = useState(false)
  const [busy, setBusy] = useState<'save' | 'remove'>()
  const [error, setError] = useState<unknown>()
  const words = text.presets
  const faults = faultsOf(draft, text)
  const isDirty = !isSame(draft, draftOf(preset))

  useEffect(() => {
    onDirty(isDirty)
    return () => onDirty(false)
  }, [isDirty, onDirty])

  async function act(kind: 'save' | 'remove', work: () => Promise<unknown>, done: string, name?: string) {
    setBusy(kind)
    setError(undefined)
    try {
      await work()
      notifications.show({ message: done, color: 'teal' })
      onDirty(false)
      onChanged(name)
    } catch (fault) {
      setError(fault)
    } finally {
      setBusy(undefined)
    }
  }

  const submit = () => {
    setHasTried(true)
    if (Object.keys(faults).length > 0) return
    const { name } = draft
    const save = () => (preset === undefined ? addPreset(name, fieldsOf(draft)) : putPreset(name, fieldsOf(draft)))
    void act('save', save, words.saved(name), name)
  }
  const remove = (name: string, hasFile: boolean) =>
    void act('remove', () => removePreset(name), hasFile ? words.resetDone(name) : words.removed(name))

  return (
    <FormPanel
      name="preset"
      head={
        <PanelHead
          title={preset === undefined ? words.addTitle : (preset.title?.[lang] ?? preset.name)}
          onClose={onClose}
        >
          {preset && <code className={classes.editorName}>{preset.name}</code>}
          {preset && <Origin preset={preset} />}
        </PanelHead>
      }
      onSubmit={submit}
      error={error}
      save={{ label: words.save, isBusy: busy === 'save', isDisabled: !isDirty }}
      foot={
        preset?.edited && (
          <RemoveButton
            name={preset.name}
            hasFile={preset.file !== undefined}
            isBusy={busy === 'remove'}
            onRemove={() => remove(preset.name, preset.file !== undefined)}
          />
        )
      }
    >
      {preset && <Whence preset={preset} />}
      <PresetFieldset
        draft={draft}
        faults={hasTried ? faults : {}}
        isNew={preset === undefined}
        onChange={(change) => setDraft((before) => ({ ...before, ...change }))}
      />
    </FormPanel>
  )
}

/** Where it comes from, and what saving or the file would do. */
function Whence({ preset: { file, edited } }: { preset: ListedPreset }) {
  const { text } = useText()
  const now = useNow(60_000)
  const words = text.presets
  return (
    <p className={classes.whence}>
      {file !== undefined && (edited ? words.overFileHint(file) : words.fromFileHint(file))}
      {edited && <span>{words.editedBy(edited.by, agoText(edited.at, now, text))}</span>}
    </p>
  )
}
