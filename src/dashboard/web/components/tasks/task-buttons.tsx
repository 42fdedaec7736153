import { ActionIcon, Button } from '@mantine/core'
import { IconPlayerStop, IconRefresh } from '@tabler/icons-react'
import type { TaskSummary } from '../../../api/shapes.ts'
import { useTaskActions } from '../../api/task-actions.ts'
import { actionOf } from '../../api/task-state.ts'
import { useText } from '../../text/text.tsx'
import { AskingButton } from './asking-button.tsx'

const NAMES_SHOWN = 5

interface TaskButtonsProps {
  task: TaskSummary
  size: 'icon' | 'full'
  /** The names of the steps that a retry would not do again, where they are known. */
  kept?: readonly string[]
}

/** Cancel (after a question) or retry (after one, when something is kept), whichever the task's state allows. */
export function TaskButtons({ task, size, kept = [] }: TaskButtonsProps) {
  const { text } = useText()
  const { busy, act } = useTaskActions(task)
  const action = actionOf(task)
  const name = task.number === undefined ? '' : `#${task.number}`
  if (!action) return null

  if (action === 'cancel') {
    return (
      <AskingButton
        size={size}
        icon={<IconPlayerStop size={16} />}
        name={text.action.cancel}
        label={text.action.cancelTask(name)}
        color="red"
        testId="task-cancel"
        isBusy={busy !== undefined}
        title={text.action.cancelAsk(name)}
        hint={text.action.cancelHint}
        answers={[
          { text: text.action.cancelNo },
          { text: text.action.cancelYes, color: 'red.8', testId: 'task-cancel-confirm', act: () => act('cancel') },
        ]}
      />
    )
  }

  const label = text.action.retryTask(name)
  if (kept.length > 0) {
    const names = [...kept.slice(0, NAMES_SHOWN), ...(kept.length > NAMES_SHOWN ? ['…'] : [])].join(', ')
    return (
      <AskingButton
        size={size}
        icon={<IconRefresh size={16} />}
        name={text.action.retry}
        label={label}
        testId="task-retry"
        isBusy={busy !== undefined}
        title={text.action.retryAsk(name)}
        hint={text.action.retryKeeps(kept.length, names)}
        answers={[
          { text: text.action.retryFresh, testId: 'task-retry-fresh', act: () => act('retry', { fresh: true }) },
          { text: text.action.retryOn, testId: 'task-retry-on', act: () => act('retry') },
        ]}
      />
    )
  }

  const shared = { 'aria-label': label, 'data-testid': 'task-retry', loading: busy !== undefined }
  return size === 'icon' ? (
    <ActionIcon variant="subtle" title={label} {...shared} onClick={() => act('retry')}>
      <IconRefresh size={16} />
    </ActionIcon>
  ) : (
    <Button variant="light" size="xs" leftSection={<IconRefresh size={16} />} {...shared} onClick={() => act('retry')}>
      {text.action.retry}
    </Button>
  )
}
