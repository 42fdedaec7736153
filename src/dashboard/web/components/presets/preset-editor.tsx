import { notifications } from '@mantine/notifications'
import { useEffect, useState } from 'react'
import { useNow } from '../../api/use-now.ts'
import { type ListedPreset, useChangePreset } from '../../api/use-presets.ts'
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
  const kept = draftOf(preset)
  const [begun, setBegun] = useState(kept)
  const [draft, setDraft] = useState(kept)
  const [hasTried, setHasTried] = useState(false)
  const words = text.presets
  const faults = faultsOf(draft, text)
  const isDirty = !isSame(draft, begun)
  // Somebody else saved it: shown where nothing has been written here.
  if (!isDirty && !isSame(kept, begun)) {
    setBegun(kept)
    setDraft(kept)
  }
  const { mutate, isPending, variables, error } = useChangePreset((done) => {
    const isRemoved = done.kind === 'remove'
    const told = isRemoved ? (preset?.file === undefined ? words.removed : words.resetDone) : words.saved
    notifications.show({ message: told(done.name), color: 'teal' })
    onDirty(false)
    onChanged(isRemoved ? undefined : done.name)
  })

  useEffect(() => {
    onDirty(isDirty)
    return () => onDirty(false)
  }, [isDirty, onDirty])

  const submit = () => {
    setHasTried(true)
    if (Object.keys(faults).length > 0) return
    mutate({ kind: preset === undefined ? 'add' : 'put', name: draft.name, fields: fieldsOf(draft) })
  }
  const busy = isPending ? variables.kind : undefined

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
      error={error ?? undefined}
      save={{ label: words.save, isBusy: busy === 'add' || busy === 'put', isDisabled: !isDirty }}
      foot={
        preset?.edited && (
          <RemoveButton
            name={preset.name}
            hasFile={preset.file !== undefined}
            isBusy={busy === 'remove'}
            onRemove={() => mutate({ kind: 'remove', name: preset.name })}
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
