import { Alert, Button, Skeleton } from '@mantine/core'
import { IconFilterOff, IconInbox } from '@tabler/icons-react'
import { useMessage } from '../../api/use-message.ts'
import { navigate } from '../../router.tsx'
import { useText } from '../../text/text.tsx'
import { Notice } from '../frame/notice.tsx'
import detailClasses from './detail.module.css'
import classes from './filter.module.css'

export function TasksEmpty({ isFiltered }: { isFiltered: boolean }) {
  const { text } = useText()
  if (isFiltered) return <Notice icon={<IconFilterOff />} title={text.tasks.none} hint={text.tasks.noneHint} />
  return (
    <Notice icon={<IconInbox />} title={text.tasks.empty} hint={text.tasks.emptyHint}>
      <Button variant="light" onClick={() => navigate('/console')}>
        {text.tasks.emptyAction}
      </Button>
    </Notice>
  )
}

export function TasksFailed({ error, onAgain }: { error: Error; onAgain(): void }) {
  const { text } = useText()
  const messageOf = useMessage()
  return (
    <Alert color="red" variant="light" m="md" role="alert">
      {messageOf(error)}{' '}
      <Button variant="subtle" color="red" size="compact-sm" onClick={onAgain}>
        {text.errors.again}
      </Button>
    </Alert>
  )
}

export function TasksLoading() {
  return (
    <div className={classes.bar} aria-hidden="true">
      {[0, 1, 2, 3, 4, 5].map((line) => (
        <Skeleton key={line} height={30} opacity={1 - line / 7} />
      ))}
    </div>
  )
}

export function DetailLoading() {
  return (
    <div className={detailClasses.body} aria-hidden="true">
      <Skeleton height={54} />
      <Skeleton height={110} mt="md" />
      <Skeleton height={240} mt="md" />
    </div>
  )
}
