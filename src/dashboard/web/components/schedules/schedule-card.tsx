import { Button } from '@mantine/core'
import { IconPlayerPause, IconPlayerPlay, IconPlayerTrackNext } from '@tabler/icons-react'
import type { ListedSchedule } from '../../../api/shapes.ts'
import { keys } from '../../api/queries.ts'
import { useAct } from '../../api/use-act.ts'
import { changeSchedule, removeSchedule, runSchedule } from '../../api/use-schedules.ts'
import { navigate } from '../../router.tsx'
import { useText } from '../../text/text.tsx'
import { RemoveSchedule } from './remove-schedule.tsx'
import { LastRuns, NextTimes, Particulars, ScheduleState } from './schedule-facts.tsx'
import classes from './schedules.module.css'

/** A schedule with all there is to know of it, and what can be done with it. */
export function ScheduleCard({ schedule }: { schedule: ListedSchedule }) {
  const { number, when, text: command, paused, source } = schedule
  const { text } = useText()
  const words = text.schedules
  const { busy, act } = useAct<'pause' | 'resume' | 'run' | 'remove'>([keys.schedules])
  const run = async () => {
    const taskId = await runSchedule(number)
    return { message: words.ran, onClick: () => navigate(`/tasks/${taskId}`) }
  }
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
            onClick={() =>
              act({
                name: 'pause',
                work: () => changeSchedule(number, 'pause').then(() => ({ message: words.pausedDone(number) })),
              })
            }
            data-testid="schedule-pause"
          >
            {words.pause}
          </Button>
        ) : (
          <Button
            size="xs"
            leftSection={<IconPlayerPlay size={15} />}
            loading={busy === 'resume'}
            onClick={() =>
              act({
                name: 'resume',
                work: () => changeSchedule(number, 'resume').then(() => ({ message: words.resumedDone(number) })),
              })
            }
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
          onClick={() => act({ name: 'run', work: run })}
          data-testid="schedule-run"
        >
          {words.run}
        </Button>
        {source !== 'config' && (
          <RemoveSchedule
            number={number}
            isBusy={busy === 'remove'}
            onRemove={() =>
              act({
                name: 'remove',
                work: () => removeSchedule(number).then(() => ({ message: words.removed(number) })),
              })
            }
          />
        )}
      </div>
    </li>
  )
}
