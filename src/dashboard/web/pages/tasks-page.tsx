import { Button, Drawer } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { lazy, Suspense, useMemo } from 'react'
import { isFiltered, readFilter, type TaskFilter, writeFilter } from '../api/task-filter.ts'
import { useTasks } from '../api/use-tasks.ts'
import { OverviewStrip } from '../components/overview/overview-strip.tsx'
import { FilterBar } from '../components/tasks/filter-bar.tsx'
import { DetailLoading, TasksEmpty, TasksFailed, TasksLoading } from '../components/tasks/task-notices.tsx'
import type { Narrow } from '../components/tasks/task-parts.tsx'
import { TaskCards, TaskTable } from '../components/tasks/task-table.tsx'
import { navigate, placeOf, usePlace } from '../router.tsx'
import { useText } from '../text/text.tsx'
import classes from './tasks-page.module.css'

/** It comes when it is wanted: the list needs nothing of it. */
const TaskDetail = lazy(() =>
  import('../components/tasks/task-detail.tsx').then(({ TaskDetail }) => ({ default: TaskDetail })),
)

/** The overview, the list, and the task that is looked at: beside the list, on a phone in its place. */
export function TasksPage({ taskId }: { taskId?: string }) {
  const { text } = useText()
  const isWide = useMediaQuery('(min-width: 48em)', true, { getInitialValueInEffect: false })
  const { query } = usePlace()
  const back = () => navigate(placeOf('/tasks', query))

  if (taskId !== undefined && !isWide) {
    return (
      <div className={classes.alone}>
        <Suspense fallback={<DetailLoading />}>
          <TaskDetail id={taskId} onClose={back} />
        </Suspense>
      </div>
    )
  }
  return (
    <div className={classes.page}>
      <h1 className="unseen">{text.tasks.title}</h1>
      <OverviewStrip />
      <TaskPanel openId={taskId} isWide={isWide} />
      <Drawer
        opened={taskId !== undefined}
        onClose={back}
        position="right"
        size={600}
        withCloseButton={false}
        padding={0}
        classNames={{ content: classes.drawer }}
        overlayProps={{ backgroundOpacity: 0.25 }}
        aria-label={text.detail.title}
      >
        <Suspense fallback={<DetailLoading />}>
          {taskId !== undefined && <TaskDetail id={taskId} onClose={back} />}
        </Suspense>
      </Drawer>
    </div>
  )
}

function TaskPanel({ openId, isWide }: { openId: string | undefined; isWide: boolean }) {
  const { text } = useText()
  const { path, query } = usePlace()
  const filter = useMemo(() => readFilter(query), [query])
  const tasks = useTasks(filter)
  const change = (part: Partial<TaskFilter>) =>
    navigate(placeOf(path, writeFilter({ ...filter, ...part })), { replace: true })
  const narrow: Narrow = { user: (user) => change({ user }), command: (command) => change({ command }) }
  const linkTo = (id: string) => placeOf(`/tasks/${id}`, query)
  const lines = { tasks: tasks.tasks, openId, narrow, linkTo, open: (id: string) => navigate(linkTo(id)) }
  const isEmpty = tasks.tasks.length === 0

  return (
    <section className={classes.panel} aria-label={text.tasks.title} aria-busy={tasks.isLoading}>
      <FilterBar filter={filter} onChange={change} onClear={() => navigate(path, { replace: true })} />
      {tasks.error && <TasksFailed error={tasks.error} onAgain={tasks.reload} />}
      {isEmpty && tasks.isLoading && <TasksLoading />}
      {isEmpty && !tasks.isLoading && !tasks.error && <TasksEmpty isFiltered={isFiltered(filter)} />}
      {!isEmpty && (isWide ? <TaskTable {...lines} /> : <TaskCards {...lines} />)}
      {tasks.hasMore && (
        <div className={classes.foot}>
          <Button variant="subtle" loading={tasks.isLoadingMore} onClick={tasks.loadMore} data-testid="load-more">
            {text.tasks.more}
          </Button>
        </div>
      )}
      {!tasks.hasMore && !tasks.isLoading && tasks.tasks.length > 20 && <p className={classes.end}>{text.tasks.end}</p>}
    </section>
  )
}
