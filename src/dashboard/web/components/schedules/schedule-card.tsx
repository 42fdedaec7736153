import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconPlayerPause, IconPlayerPlay, IconPlayerTrackNext } from '@tabler/icons-react'
import { useState } from 'react'
import type { ListedSchedule } from '../../../api/shapes.ts'
import { useMessage } from '../../api/use-message.ts'
import { changeSchedule, removeSchedule, runSchedule } from '../../api/use-schedules.ts'
import { navigate } from '../../router.tsx'
import { useText } from '../../text/text.tsx'
import { RemoveSchedule } from './remove-schedule.tsx'
import { LastRuns, NextTimes, Particulars, ScheduleState } from './schedule-facts.tsx'
import classes from './schedules.module.css'

/** A schedule with all there is to know of it, and what can be done with it. */
export function ScheduleCard({ schedule, onChanged }: { schedule: ListedSchedule; onChanged(): void }) {
  const { number, when, text: command, paused, source } = schedule
  const { text } = useText()
  const words = text.schedules
  const { busy, act } = useActs(onChanged)
  return (
    <li
      className={classes.card}
      data-testid="schedule-card"
      data-number={number}
      data-paused={paused !== undefined || undefined}
    >
      <div className={classes.cardHead}>
        <span className={classes.number}>{number}</span>
        <h2 className={classes.when}>{when}</h2>
        <ScheduleState schedule={schedule} />
      </div>
      <code className={classes.command}>{command}</code>
      <Particulars schedule={schedule} />
      <div className={classes.columns}>
        <NextTimes schedule={schedule} />
        <LastRuns schedule={schedule} />
      </div>
      <div className={classes.buttons}>
        {paused === undefined ? (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlayerPause size={15} />}
            loading={busy === 'pause'}
            onClick={() => void act('pause', () => changeSchedule(number, 'pause'), words.pausedDone(number))}
            data-testid="schedule-pause"
          >
            {words.pause}
          </Button>
        ) : (
          <Button
            size="xs"
            leftSection={<IconPlayerPlay size={15} />}
            loading={busy === 'resume'}
            onClick={() => void act('resume', () => changeSchedule(number, 'resume'), words.resumedDone(number))}
            data-testid="schedule-resume"
          >
            {words.resume}
          </Button>
        )}
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlayerTrackNext size={15} />}
          loading={busy === 'run'}
          onClick={() => void act('run', () => runSchedule(number), words.ran)}
          data-testid="schedule-run"
        >
          {words.run}
        </Button>
        {source !== 'config' && (
          <RemoveSchedule
            number={number}
            isBusy={busy === 'remove'}
            onRemove={() => void act('remove', () => removeSchedule(number), words.removed(number))}
          />
        )}
      </div>
    </li>
  )
}

type Act = 'pause' | 'resume' | 'run' | 'remove'

function useActs(onChanged: () => void) {
  const { text } = useText()
  const messageOf = useMessage()
  const [busy, setBusy] = useState<Act>()
  async function act(kind: Act, work: () => Promise<unknown>, done: string): Promise<void> {
    setBusy(kind)
    try {
      const taskId = await work()
      const onClick = typeof taskId === 'string' ? () => navigate(`/tasks/${taskId}`) : undefined
      notifications.show({ message: done, color: 'teal', onClick })
    } catch (fault) {
      notifications.show({ title: text.action.failed, message: messageOf(fault), color: 'red' })
    } finally {
      setBusy(undefined)
      onChanged()
    }
  }
  return { busy, act }
}
