import { Button } from '@mantine/core'
import { memo, type ReactNode } from 'react'
import type { Part } from '../../../../core/part.ts'
import type { Bubble, ConsoleChat, TaskSummary } from '../../../api/shapes.ts'
import type { Pending } from '../../api/console-state.ts'
import { clockText, momentText } from '../../text/format.ts'
import { useText } from '../../text/text.tsx'
import { BotAvatar, PersonAvatar } from './avatar.tsx'
import classes from './console.module.css'
import { PartView } from './part-view.tsx'
import { TaskChip } from './task-chip.tsx'

interface BubbleViewProps {
  chat: ConsoleChat
  bubble: Bubble
  task: TaskSummary | undefined
  /** It is an answer that still grows, or such a one stands below it. */
  growth: 'itself' | 'below' | undefined
  onCommand(command: string): void
}

export const BubbleView = memo(({ chat, bubble, task, growth, onCommand }: BubbleViewProps) => {
  const { text } = useText()
  const { from, parts, at } = bubble
  if (from.kind === 'bot') {
    return (
      <Frame from="bot" avatar={<BotAvatar />} name={text.console.bot} at={at} isGrowing={growth === 'itself'}>
        <Said parts={parts} onCommand={onCommand} />
      </Frame>
    )
  }
  // A simulated platform tells ids only.
  const name = chat.people.find(({ id }) => id === from.id)?.name ?? from.name
  return (
    <Frame from="person" avatar={<PersonAvatar id={from.id} name={name} />} name={name} at={at}>
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
  isPending?: boolean
  isGrowing?: boolean
  children: ReactNode
}

function Frame({ from, avatar, name, at, isPending = false, isGrowing = false, children }: FrameProps) {
  const { lang } = useText()
  return (
    <article
      className={isPending ? `${classes.bubble} ${classes.pending}` : classes.bubble}
      data-from={from}
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
      </div>
      {children}
    </article>
  )
}

function Said({ parts, onCommand }: { parts: readonly Part[]; onCommand(command: string): void }) {
  return (
    <div className={classes.said} data-testid="said">
      {parts.map((part, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a bubble's parts never change
        <PartView key={place} part={part} onCommand={onCommand} />
      ))}
    </div>
  )
}
