import { ActionIcon, Button } from '@mantine/core'
import { IconCornerUpLeft } from '@tabler/icons-react'
import { memo, type ReactNode } from 'react'
import type { Bubble, ConsoleChat } from '../../../api/console/shapes.ts'
import type { TaskSummary } from '../../../api/shapes.ts'
import type { Pending } from '../../api/console-state.ts'
import { clockText, momentText } from '../../text/format.ts'
import { useText } from '../../text/text.tsx'
import { BotAvatar, PersonAvatar } from './avatar.tsx'
import classes from './console.module.css'
import { Said } from './said.tsx'
import { TaskChip } from './task-chip.tsx'

interface BubbleViewProps {
  chat: ConsoleChat
  bubble: Bubble
  task: TaskSummary | undefined
  /** Said by who one speaks as. */
  isOwn: boolean
  /** It is an answer that still grows, or such a one stands below it. */
  growth: 'itself' | 'below' | undefined
  onCommand(command: string): void
  onReply(bubble: Bubble): void
}

export const BubbleView = memo(({ chat, bubble, task, isOwn, growth, onCommand, onReply }: BubbleViewProps) => {
  const { text } = useText()
  const { from, parts, at, messageId } = bubble
  const canReply = messageId !== undefined && chat.simulated?.takes.includes('quote')
  const reply = canReply ? () => onReply(bubble) : undefined
  if (from.kind === 'notice') {
    return (
      <p className={classes.notice} data-testid="bubble-notice">
        {parts.map((part) => (part.kind === 'text' ? part.text : ''))}
      </p>
    )
  }
  if (from.kind === 'bot') {
    return (
      <Frame
        from="bot"
        avatar={<BotAvatar />}
        name={chat.simulated?.bot.name ?? text.console.bot}
        at={at}
        isGrowing={growth === 'itself'}
        onReply={reply}
      >
        <Said parts={parts} onCommand={onCommand} />
      </Frame>
    )
  }
  // As one knows them here, who may have changed their name since.
  const name = chat.people.find(({ id }) => id === from.id)?.name ?? from.name
  return (
    <Frame
      from="person"
      isOwn={isOwn}
      avatar={<PersonAvatar id={from.id} name={name} />}
      name={name}
      at={at}
      onReply={reply}
    >
      <Said parts={parts} onCommand={onCommand} />
      {task && (
        <div className={classes.under}>
          <TaskChip task={task} isAnswering={growth === 'below'} />
        </div>
      )}
    </Frame>
  )
})
BubbleView.displayName = 'BubbleView'

interface PendingViewProps {
  pending: Pending
  isLinked: boolean
  onAgain(): void
  onDismiss(): void
}

/** What was said and is not stored yet, or was refused. */
export function PendingView({ pending, isLinked, onAgain, onDismiss }: PendingViewProps) {
  const { text } = useText()
  const { saying, name, at, state, why } = pending
  return (
    <Frame
      from="person"
      isOwn
      avatar={<PersonAvatar id={saying.person} name={name} />}
      name={name}
      at={at}
      isPending={state === 'sending'}
    >
      <Said parts={saying.parts} onCommand={() => undefined} />
      <div className={classes.under}>
        {state === 'sending' && (
          <p className={classes.note}>{isLinked ? text.console.sending : text.console.waitingLink}</p>
        )}
        {state === 'refused' && (
          <p className={classes.note} data-tone="bad" role="alert">
            {text.console.refused}: {why}
            <Button size="compact-xs" variant="light" color="red" onClick={onAgain}>
              {text.console.sayAgain}
            </Button>
            <Button size="compact-xs" variant="subtle" color="gray" onClick={onDismiss}>
              {text.console.dismiss}
            </Button>
          </p>
        )}
      </div>
    </Frame>
  )
}

interface FrameProps {
  from: 'person' | 'bot'
  avatar: ReactNode
  name: string
  at: number
  isOwn?: boolean
  isPending?: boolean
  isGrowing?: boolean
  onReply?: (() => void) | undefined
  children: ReactNode
}

function Frame({
  from,
  avatar,
  name,
  at,
  isOwn = false,
  isPending = false,
  isGrowing = false,
  onReply,
  children,
}: FrameProps) {
  const { lang, text } = useText()
  return (
    <article
      className={isPending ? `${classes.bubble} ${classes.pending}` : classes.bubble}
      data-from={from}
      data-own={isOwn || undefined}
      data-growing={isGrowing || undefined}
      aria-busy={isGrowing || undefined}
      data-testid={`bubble-${from}`}
    >
      {avatar}
      <div className={classes.by}>
        <span>{name}</span>
        <time dateTime={new Date(at).toISOString()} title={momentText(at, lang)}>
          {clockText(at, lang)}
        </time>
        {onReply && (
          <ActionIcon
            className={classes.replyButton}
            variant="subtle"
            color="gray"
            size={20}
            aria-label={text.console.reply(name)}
            data-testid="reply"
            onClick={onReply}
          >
            <IconCornerUpLeft size={14} />
          </ActionIcon>
        )}
      </div>
      {children}
    </article>
  )
}
