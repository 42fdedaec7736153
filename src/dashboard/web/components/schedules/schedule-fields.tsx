import { NumberInput, SegmentedControl, Select, Textarea, TextInput } from '@mantine/core'
import { useTimes } from '../../api/use-schedules.ts'
import { useText } from '../../text/text.tsx'
import type { ScheduleDraft } from './schedule-draft.ts'
import { Times } from './schedule-facts.tsx'
import classes from './schedules.module.css'

const misfires = ['once', 'skip', 'all'] as const
const overlaps = ['skip', 'queue', 'both'] as const

interface FieldsProps {
  draft: ScheduleDraft
  faults: Partial<Record<keyof ScheduleDraft, string>>
  channels: readonly string[]
  /** Of times that name none. */
  timeZone: string
  onChange(change: Partial<ScheduleDraft>): void
}

export function ScheduleFields({ draft, faults, channels, timeZone, onChange }: FieldsProps) {
  const { text } = useText()
  const words = text.schedules
  const { fields } = words
  const plain = (name: 'when' | 'timeZone' | 'text' | 'chat' | 'owner') => ({
    label: fields[name],
    value: draft[name],
    error: faults[name],
    onChange: (event: { currentTarget: { value: string } }) => onChange({ [name]: event.currentTarget.value }),
    'data-testid': `schedule-${name}`,
  })
  return (
    <div className={classes.fields}>
      <TextInput {...plain('when')} description={fields.whenHint} data-autofocus autoComplete="off" />
      <Meaning when={draft.when} timeZone={draft.timeZone.trim()} usual={timeZone} />
      <Textarea {...plain('text')} description={fields.textHint} autosize minRows={2} maxRows={8} />
      <div className={classes.pair}>
        <Select
          label={fields.channel}
          value={draft.channel}
          data={[...channels]}
          error={faults.channel}
          allowDeselect={false}
          onChange={(channel) => channel && onChange({ channel })}
          data-testid="schedule-channel"
        />
        <div>
          <p className={classes.label}>{fields.chatKind}</p>
          <SegmentedControl
            fullWidth
            aria-label={fields.chatKind}
            value={draft.chatKind}
            data={[
              { value: 'private', label: fields.private },
              { value: 'group', label: fields.group },
            ]}
            onChange={(kind) => onChange({ chatKind: kind === 'group' ? 'group' : 'private' })}
          />
        </div>
      </div>
      <TextInput {...plain('chat')} description={fields.chatHint} autoCapitalize="none" spellCheck={false} />
      <details className={classes.more}>
        <summary>{words.more}</summary>
        <div className={classes.fields}>
          <TextInput {...plain('owner')} description={fields.ownerHint} autoCapitalize="none" spellCheck={false} />
          <TextInput
            {...plain('timeZone')}
            description={fields.timeZoneHint(timeZone)}
            placeholder="Asia/Shanghai"
            spellCheck={false}
          />
          <Select
            label={fields.misfire}
            value={draft.misfire}
            allowDeselect={false}
            data={misfires.map((value) => ({ value, label: words.misfire[value] }))}
            onChange={(value) => onChange({ misfire: misfires.find((one) => one === value) })}
          />
          <Select
            label={fields.overlap}
            value={draft.overlap}
            allowDeselect={false}
            data={overlaps.map((value) => ({ value, label: words.overlap[value] }))}
            onChange={(value) => onChange({ overlap: overlaps.find((one) => one === value) })}
          />
          <NumberInput
            label={fields.pauseAfter}
            value={draft.pauseAfter}
            min={1}
            max={100}
            clampBehavior="strict"
            onChange={(value) => onChange({ pauseAfter: Math.max(1, Number(value) || 1) })}
          />
        </div>
      </details>
    </div>
  )
}

/** The next five times of what is written so far, or what is wrong with it. */
function Meaning({ when, timeZone, usual }: { when: string; timeZone: string; usual: string }) {
  const { text, lang } = useText()
  const meant = useTimes(when, timeZone)
  if (when.trim() === '' || meant === undefined) return null
  return (
    <div
      className={classes.meaning}
      data-refused={meant.refused !== undefined || undefined}
      data-testid="schedule-meaning"
    >
      {meant.refused === undefined ? (
        <>
          <h3 className={classes.heading}>{text.schedules.next}</h3>
          <Times times={meant.times} timeZone={timeZone || usual} />
        </>
      ) : (
        meant.refused[lang]
      )}
    </div>
  )
}
