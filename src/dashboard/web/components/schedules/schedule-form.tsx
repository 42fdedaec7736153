import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import { newId } from '../../api/new-id.ts'
import { useOverview } from '../../api/use-overview.ts'
import { useAddSchedule } from '../../api/use-schedules.ts'
import { useText } from '../../text/text.tsx'
import { FormPanel, PanelHead } from '../frame/panel.tsx'
import { emptyDraft, faultsOf, scheduleOf, withChannel } from './schedule-draft.ts'
import { ScheduleFields } from './schedule-fields.tsx'

/** A new schedule; what its time means is shown while it is written. */
export function ScheduleForm({ timeZone, onClose, onAdded }: { timeZone: string; onClose(): void; onAdded(): void }) {
  const { text, lang } = useText()
  const overview = useOverview()
  const channels = overview?.channels.filter(({ platform }) => platform !== 'api').map(({ id }) => id) ?? []
  const [written, setWritten] = useState(emptyDraft)
  const [hasTried, setHasTried] = useState(false)
  // Sent again as it is, after an answer that was lost, it is the same schedule.
  const [key, setKey] = useState(() => newId('form'))
  const words = text.schedules
  const draft = withChannel(written, channels)
  const faults = faultsOf(draft, text)

  const { mutate, isPending, error } = useAddSchedule(({ number }) => {
    notifications.show({ message: words.added(number), color: 'teal' })
    onAdded()
  })
  const submit = () => {
    setHasTried(true)
    if (Object.keys(faults).length === 0) mutate({ schedule: { ...scheduleOf(draft), lang }, key })
  }

  return (
    <FormPanel
      name="schedule"
      head={<PanelHead title={words.add} onClose={onClose} />}
      onSubmit={submit}
      error={error ?? undefined}
      save={{ label: words.save, isBusy: isPending }}
    >
      <ScheduleFields
        draft={draft}
        faults={hasTried ? faults : {}}
        channels={channels}
        timeZone={timeZone}
        onChange={(change) => {
          setWritten((before) => ({ ...before, ...change }))
          setKey(newId('form'))
        }}
      />
    </FormPanel>
  )
}
