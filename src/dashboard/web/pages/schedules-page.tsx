import { IconCalendarRepeat } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { schedulesQuery } from '../api/queries.ts'
import { CardList, CardPage } from '../components/frame/card-page.tsx'
import { ScheduleCard } from '../components/schedules/schedule-card.tsx'
import { navigate, usePlace } from '../router.tsx'
import { useText } from '../text/text.tsx'

/** It comes when it is wanted: the list needs none of its fields. */
const ScheduleForm = lazy(() =>
  import('../components/schedules/schedule-form.tsx').then(({ ScheduleForm }) => ({ default: ScheduleForm })),
)

/**
 * What comes again and again: the next times, the last tasks, and a form for a new one beside it, on a phone over it.
 */
export function SchedulesPage() {
  const { text } = useText()
  const { query } = usePlace()
  const { data: list, error, refetch } = useQuery(schedulesQuery)
  const words = text.schedules
  const close = () => navigate('/schedules')
  const added = () => navigate('/schedules', { replace: true })
  return (
    <CardPage
      title={words.title}
      lead={words.lead}
      add={{ label: words.add, testId: 'schedule-new', onClick: () => navigate('/schedules?new') }}
      drawer={{
        isOpen: query.has('new') && list !== undefined,
        onClose: close,
        size: 560,
        label: words.add,
        content: (
          <Suspense>
            <ScheduleForm timeZone={list?.timeZone ?? ''} onClose={close} onAdded={added} />
          </Suspense>
        ),
      }}
    >
      <CardList
        items={list?.schedules.map((schedule) => <ScheduleCard key={schedule.id} schedule={schedule} />)}
        error={error}
        reload={refetch}
        icon={<IconCalendarRepeat />}
        empty={words.empty}
        emptyHint={words.emptyHint}
        narrowest={440}
        skeletonHeight={240}
      />
    </CardPage>
  )
}
