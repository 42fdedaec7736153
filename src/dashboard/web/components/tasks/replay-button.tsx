import { Switch } from '@mantine/core'
import { IconRepeat } from '@tabler/icons-react'
import { useState } from 'react'
import type { TaskSummary } from '../../../api/shapes.ts'
import { useTaskActions } from '../../api/task-actions.ts'
import { actionOf } from '../../api/task-state.ts'
import { useText } from '../../text/text.tsx'
import { AskingButton } from './asking-button.tsx'
import classes from './tasks.module.css'

/** Runs an ended task's message again, dry unless told otherwise. */
export function ReplayButton({ task }: { task: TaskSummary }) {
  const { text } = useText()
  const { busy, replay } = useTaskActions(task)
  const [isDry, setIsDry] = useState(true)
  if (actionOf(task) === 'cancel') return null
  const name = task.number === undefined ? '' : `#${task.number}`
  return (
    <AskingButton
      size="full"
      icon={<IconRepeat size={16} />}
      name={text.action.replay}
      label={text.action.replayTask(name)}
      testId="task-replay"
      isBusy={busy !== undefined}
      title={text.action.replayAsk}
      hint={
        <>
          {text.action.replayHint}
          <Switch
            className={classes.askSwitch}
            size="xs"
            label={text.action.replayDry}
            description={text.action.replayDryHint}
            checked={isDry}
            data-testid="task-replay-dry"
            onChange={(event) => setIsDry(event.currentTarget.checked)}
          />
        </>
      }
      answers={[
        { text: text.action.replayNo },
        { text: text.action.replayYes, testId: 'task-replay-confirm', act: () => replay({ dry: isDry }) },
      ]}
    />
  )
}
