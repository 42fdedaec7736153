import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import { useLive } from '../../api/live.tsx'
import { newId } from '../../api/new-id.ts'
import { addSchedule } from '../../api/use-schedules.ts'
import { useText } from '../../text/text.tsx'
import { FormPanel, PanelHead } from '../frame/panel.tsx'
import { emptyDraft, faultsOf, scheduleOf } from './schedule-draft.ts'
import { ScheduleFields } from './schedule-fields.tsx'

/** A new schedule; what its time means is shown while it is written. */
export function ScheduleForm({ timeZone, onClose, onAdded }: { timeZone: string; onClose(): void; onAdded(): void }) {
  const { text, lang } = useText()
  const { overview } = useLive()
  const channels = overview?.channels.filter(({ platform }) => platform !== 'api').map(({ id }) => id) ?? []
  const [draft, setDraft] = useState(() => emptyDraft(channels[0] ?? ''))
  const [hasTried, setHasTried] = useState(false)
  const [isBusy, setIsBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  // Sent again as it is, after an answer that was lost, it is the same schedule.
  const [key, setKey] = useState(() => newId('form'))
  const words = text.schedules
  const faults = faultsOf(draft, text)

  const save = async () => {
    setIsBusy(true)
    setError(undefined)
    try {
      const { number } = await addSchedule({ ...scheduleOf(draft), lang }, key)
      notifications.show({ message: words.added(number), color: 'teal' })
      onAdded()
    } catch (fault) {
      setError(fault)
      setIsBusy(false)
    }
  }
  const submit = () => {
    setHasTried(true)
    if (Object.keys(faults).length === 0) void save()
  }

  return (
    <FormPanel
      name="schedule"
      head={<PanelHead title={words.add} onClose={onClose} />}
      onSubmit={submit}
      error={error}
      save={{ label: words.save, isBusy }}
    >
      <ScheduleFields
        draft={draft}
        faults={hasTried ? faults : {}}
        channels={channels}
        timeZone={timeZone}
        onChange={(change) => {
          setDraft((before) => ({ ...before, ...change }))
          setKey(newId('form'))
        }}
      />
    </FormPanel>
  )
}
