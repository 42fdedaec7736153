import { ActionIcon, Button, Popover } from '@mantine/core'
import { IconPlayerStop, IconRefresh } from '@tabler/icons-react'
import { useState } from 'react'
import type { TaskSummary } from '../../../api/shapes.ts'
import { actionOf, useTaskActions } from '../../api/task-actions.ts'
import { useText } from '../../text/text.tsx'
import classes from './tasks.module.css'

/** Cancel (after a question) or retry, whichever the task's state allows. */
export function TaskButtons({ task, size }: { task: TaskSummary; size: 'icon' | 'full' }) {
  const { text } = useText()
  const { busy, act } = useTaskActions(task)
  const [isAsking, setIsAsking] = useState(false)
  const action = actionOf(task)
  const name = task.number === undefined ? '' : `#${task.number}`
  if (!action) return null

  const isCancel = action === 'cancel'
  const label = isCancel ? text.action.cancelTask(name) : text.action.retryTask(name)
  const shared = {
    'aria-label': label,
    'data-testid': isCancel ? 'task-cancel' : 'task-retry',
    loading: busy !== undefined,
    onClick: () => (isCancel ? setIsAsking(!isAsking) : act('retry')),
  }
  const icon = isCancel ? <IconPlayerStop size={16} /> : <IconRefresh size={16} />
  const button =
    size === 'icon' ? (
      <ActionIcon variant="subtle" color={isCancel ? 'red' : undefined} title={label} {...shared}>
        {icon}
      </ActionIcon>
    ) : (
      <Button variant="light" size="xs" color={isCancel ? 'red' : undefined} leftSection={icon} {...shared}>
        {isCancel ? text.action.cancel : text.action.retry}
      </Button>
    )
  if (!isCancel) return button

  return (
    <Popover opened={isAsking} onChange={setIsAsking} position="bottom-end" withArrow shadow="md" trapFocus width={264}>
      <Popover.Target>{button}</Popover.Target>
      <Popover.Dropdown onClick={(event) => event.stopPropagation()}>
        <p className={classes.ask}>{text.action.cancelAsk(name)}</p>
        <p className={classes.askHint}>{text.action.cancelHint}</p>
        <div className={classes.askButtons}>
          <Button size="xs" variant="default" onClick={() => setIsAsking(false)}>
            {text.action.cancelNo}
          </Button>
          <Button
            size="xs"
            color="red.8"
            data-autofocus
            data-testid="task-cancel-confirm"
            onClick={() => {
              setIsAsking(false)
              act('cancel')
            }}
          >
            {text.action.cancelYes}
          </Button>
        </div>
      </Popover.Dropdown>
    </Popover>
  )
}
