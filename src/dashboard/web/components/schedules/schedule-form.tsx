import { ActionIcon, Alert, Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconArrowLeft, IconX } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import { useLive } from '../../api/live.tsx'
import { newId } from '../../api/new-id.ts'
import { useMessage } from '../../api/use-message.ts'
import { addSchedule } from '../../api/use-schedules.ts'
import { useText } from '../../text/text.tsx'
import { emptyDraft, faultsOf, scheduleOf } from './schedule-draft.ts'
import { ScheduleFields } from './schedule-fields.tsx'
import classes from './schedules.module.css'

/** A new schedule; what its time means is shown while it is written. */
export function ScheduleForm({ timeZone, onClose, onAdded }: { timeZone: string; onClose(): void; onAdded(): void }) {
  const { text, lang } = useText()
  const messageOf = useMessage()
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
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setHasTried(true)
    if (Object.keys(faults).length === 0) void save()
  }

  return (
    <form className={classes.form} onSubmit={submit} noValidate data-testid="schedule-form">
      <header className={classes.formHead}>
        <ActionIcon className={classes.back} variant="subtle" color="gray" aria-label={words.close} onClick={onClose}>
          <IconArrowLeft size={20} />
        </ActionIcon>
        <h2 className={classes.formTitle}>{words.add}</h2>
        <ActionIcon className={classes.close} variant="subtle" color="gray" aria-label={words.close} onClick={onClose}>
          <IconX size={19} />
        </ActionIcon>
      </header>
      <div className={classes.formBody}>
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
        {error !== undefined && (
          <Alert color="red" variant="light" role="alert" mt="md" data-testid="schedule-error">
            {messageOf(error)}
          </Alert>
        )}
      </div>
      <footer className={classes.formFoot}>
        <Button type="submit" loading={isBusy} data-testid="schedule-save">
          {words.save}
        </Button>
      </footer>
    </form>
  )
}
