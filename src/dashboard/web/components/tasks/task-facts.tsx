import { ActionIcon, CopyButton } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { TaskDetail } from '../../../api/shapes.ts'
import { useNow } from '../../api/use-now.ts'
import { Link } from '../../router.tsx'
import { agoText, countText, momentText, moneyText } from '../../text/format.ts'
import { useText } from '../../text/text.tsx'
import classes from './detail.module.css'
import { useTook } from './use-took.ts'

export function TaskFacts({ task }: { task: TaskDetail }) {
  const { text, lang } = useText()
  const { detail, tasks } = text
  const now = useNow()
  const took = useTook(task, now)
  const kind = task.chatKind === 'group' ? detail.group : detail.private
  return (
    <dl className={classes.facts}>
      <Fact name={detail.sender}>
        {task.sender.name && task.sender.name !== task.sender.id
          ? `${task.sender.name} (${task.sender.id})`
          : task.sender.id}
      </Fact>
      <Fact name={detail.chat}>
        {task.channel} · {task.chat} <span className={classes.quiet}>{kind}</span>
      </Fact>
      <Fact name={detail.created}>
        {momentText(task.createdAt, lang)} <span className={classes.quiet}>{agoText(task.createdAt, now, text)}</span>
      </Fact>
      {took && <Fact name={tasks.took}>{took}</Fact>}
      {task.waits?.map((wait) => (
        <Fact key={`${wait.kind} ${wait.name}`} name={detail.waits[wait.kind]}>
          {'code' in wait && wait.code !== undefined && <code>{`${task.number}${wait.code} `}</code>}
          {('question' in wait && wait.question) || wait.name}{' '}
          <span className={classes.quiet}>{detail.until(momentText(wait.untilMs, lang))}</span>
        </Fact>
      ))}
      <Fact name={detail.lane}>
        <code>{task.lane}</code>
      </Fact>
      {task.parent && (
        <Fact name={detail.parent}>
          <Link to={`/tasks/${task.parent.id}`}>#{task.parent.number}</Link>
        </Fact>
      )}
      {task.replays && (
        <Fact name={detail.replays}>
          <Link to={`/tasks/${task.replays.id}`}>#{task.replays.number}</Link>{' '}
          {task.isDry && <span className={classes.quiet}>{detail.dry}</span>}
        </Fact>
      )}
      {task.attempt > 0 && <Fact name={detail.attempt}>{task.attempt}</Fact>}
      {task.llm && (
        <Fact name={detail.llm}>
          <span data-testid="task-llm">
            {[
              detail.calls(task.llm.calls),
              detail.tokens(countText(task.llm.inputTokens), countText(task.llm.outputTokens)),
              ...(task.llm.cost === undefined ? [] : [detail.cost(moneyText(task.llm.cost))]),
            ].join(' · ')}
          </span>
        </Fact>
      )}
      <Fact name={detail.id}>
        <code>{task.id}</code>
        <CopyId id={task.id} />
      </Fact>
    </dl>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

/** Browsers lend the clipboard to https and localhost only; elsewhere the id is there to be selected. */
function CopyId({ id }: { id: string }) {
  const { text } = useText()
  if (!window.isSecureContext) return null
  return (
    <CopyButton value={id}>
      {({ copied, copy }) => (
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          aria-label={copied ? text.detail.copied : text.detail.copy}
          onClick={copy}
        >
          {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
        </ActionIcon>
      )}
    </CopyButton>
  )
}
