import { UnstyledButton } from '@mantine/core'
import { IconUsers } from '@tabler/icons-react'
import type { MouseEvent } from 'react'
import type { TaskSummary } from '../../../api/shapes.ts'
import { personOf } from '../../api/task-filter.ts'
import { useText } from '../../text/text.tsx'
import classes from './tasks.module.css'

/** What a row may ask of the list: narrow it to this person or command. */
export interface Narrow {
  user(user: string): void
  command(command: string): void
}

export function TaskNumber({ task }: { task: TaskSummary }) {
  const { text } = useText()
  if (task.number === undefined) return <span title={text.tasks.unnumbered}>–</span>
  return <>#{task.number}</>
}

/** The command's name; a click narrows the list to it. */
export function CommandLabel({ task, narrow }: { task: TaskSummary; narrow: Narrow }) {
  const { text } = useText()
  if (!task.command) return <span className={classes.quiet}>{text.tasks.noCommand}</span>
  return (
    <UnstyledButton
      className={classes.command}
      aria-label={text.tasks.onlyCommand(task.command)}
      title={text.tasks.onlyCommand(task.command)}
      onClick={stopping(() => narrow.command(task.command))}
    >
      {task.command}
    </UnstyledButton>
  )
}

/** Who asked, and where; a click narrows the list to the person. */
export function WhoLabel({ task, narrow }: { task: TaskSummary; narrow: Narrow }) {
  const { text } = useText()
  const name = task.sender.name ?? task.sender.id
  return (
    <span className={classes.who}>
      <UnstyledButton
        className={classes.person}
        aria-label={text.tasks.onlyUser(name)}
        title={`${text.tasks.onlyUser(name)} (${task.sender.id})`}
        onClick={stopping(() => narrow.user(personOf(task)))}
      >
        {name}
      </UnstyledButton>
      <span className={classes.at}>
        @ {task.channel}
        {task.chatKind === 'group' && <IconUsers size={13} aria-label={text.tasks.inGroup} />}
      </span>
    </span>
  )
}

/** The row opens the task; what stands in it does its own. */
function stopping(act: () => void) {
  return (event: MouseEvent) => {
    event.stopPropagation()
    act()
  }
}
