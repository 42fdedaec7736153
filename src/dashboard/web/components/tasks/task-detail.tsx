import { Button } from '@mantine/core'
import { IconMoodSearch } from '@tabler/icons-react'
import { useMessage } from '../../api/use-message.ts'
import { useTask } from '../../api/use-task.ts'
import { useText } from '../../text/text.tsx'
import { Notice } from '../frame/notice.tsx'
import { PanelHead } from '../frame/panel.tsx'
import { AnswerDiffs } from './answer-diff.tsx'
import { Deliveries } from './deliveries.tsx'
import classes from './detail.module.css'
import { ProgressBar } from './progress-bar.tsx'
import { ReplayButton } from './replay-button.tsx'
import { StateBadge } from './state-badge.tsx'
import { Steps } from './steps.tsx'
import { TaskButtons } from './task-buttons.tsx'
import { TaskFacts } from './task-facts.tsx'
import { DetailLoading } from './task-notices.tsx'
import { Timeline } from './timeline.tsx'

/** All that is known of one task. */
export function TaskDetail({ id, onClose }: { id: string; onClose(): void }) {
  const { text } = useText()
  const messageOf = useMessage()
  const { task, error, isMissing, reload } = useTask(id)

  return (
    <article className={classes.detail} data-testid="task-detail">
      <PanelHead
        title={task?.number === undefined ? text.detail.title : `#${task.number}`}
        onClose={onClose}
        buttons={
          task && (
            <>
              <ReplayButton key={task.id} task={task} />
              <TaskButtons task={task} size="full" kept={task.steps.map(({ name }) => name)} />
            </>
          )
        }
      >
        {task && <StateBadge state={task.state} />}
        {task && <code className={classes.command}>{task.command || text.tasks.noCommand}</code>}
      </PanelHead>
      {!task && !error && <DetailLoading />}
      {!task && error && (
        <Notice
          icon={<IconMoodSearch />}
          title={isMissing ? text.errors.noTask : messageOf(error)}
          isAlert={!isMissing}
        >
          <Button variant="light" onClick={isMissing ? onClose : reload}>
            {isMissing ? text.errors.back : text.errors.again}
          </Button>
        </Notice>
      )}
      {task && (
        <div className={classes.body}>
          <blockquote className={classes.message}>{task.text}</blockquote>
          {task.state === 'running' && <ProgressBar progress={task.progress} />}
          {task.why && (
            <p className={classes.why} data-state={task.state}>
              {task.why}
            </p>
          )}
          <TaskFacts task={task} />
          {task.replay && <AnswerDiffs replay={task.replay} />}
          <Timeline hops={task.timeline} />
          <Deliveries deliveries={task.deliveries} />
          <Steps task={task} />
        </div>
      )}
    </article>
  )
}
