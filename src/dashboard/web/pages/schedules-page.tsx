import { Button, Drawer, Skeleton } from '@mantine/core'
import { IconCalendarRepeat, IconPlus } from '@tabler/icons-react'
import { useMessage } from '../api/use-message.ts'
import { type SchedulesView, useSchedules } from '../api/use-schedules.ts'
import { Notice } from '../components/frame/notice.tsx'
import { ScheduleCard } from '../components/schedules/schedule-card.tsx'
import { ScheduleForm } from '../components/schedules/schedule-form.tsx'
import classes from '../components/schedules/schedules.module.css'
import { navigate, usePlace } from '../router.tsx'
import { useText } from '../text/text.tsx'

/** What comes again and again: the next times, the last tasks, and a form for a new one beside it, on a phone over it. */
export function SchedulesPage() {
  const { text } = useText()
  const { query } = usePlace()
  const schedules = useSchedules()
  const words = text.schedules
  const close = () => navigate('/schedules')
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <h1 className={classes.title}>{words.title}</h1>
        <Button
          leftSection={<IconPlus size={17} />}
          onClick={() => navigate('/schedules?new')}
          data-testid="schedule-new"
        >
          {words.add}
        </Button>
        <p className={classes.lead}>{words.lead}</p>
      </header>
      <List schedules={schedules} />
      <Drawer
        opened={query.has('new') && schedules.list !== undefined}
        onClose={close}
        position="right"
        size={560}
        withCloseButton={false}
        padding={0}
        classNames={{ content: classes.drawer, body: classes.drawerBody }}
        overlayProps={{ backgroundOpacity: 0.25 }}
        aria-label={words.add}
      >
        <ScheduleForm
          timeZone={schedules.list?.timeZone ?? ''}
          onClose={close}
          onAdded={() => {
            navigate('/schedules', { replace: true })
            void schedules.reload()
          }}
        />
      </Drawer>
    </div>
  )
}

function List({ schedules: { list, error, reload } }: { schedules: SchedulesView }) {
  const { text } = useText()
  const messageOf = useMessage()
  if (error && list === undefined) {
    return (
      <Notice icon={<IconCalendarRepeat />} title={messageOf(error)} isAlert>
        <Button variant="light" onClick={() => void reload()}>
          {text.errors.again}
        </Button>
      </Notice>
    )
  }
  if (list === undefined) {
    return (
      <div className={classes.cards} aria-hidden="true">
        {[0, 1, 2].map((place) => (
          <Skeleton key={place} height={240} />
        ))}
      </div>
    )
  }
  if (list.schedules.length === 0) {
    return <Notice icon={<IconCalendarRepeat />} title={text.schedules.empty} hint={text.schedules.emptyHint} />
  }
  return (
    <ul className={classes.cards}>
      {list.schedules.map((schedule) => (
        <ScheduleCard key={schedule.id} schedule={schedule} onChanged={() => void reload()} />
      ))}
    </ul>
  )
}
