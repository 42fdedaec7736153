import { Button } from '@mantine/core'
import { IconArrowDown, IconMessage2 } from '@tabler/icons-react'
import { Fragment } from 'react'
import type { Bubble, ConsoleChat, DraftBubble } from '../../../api/console/shapes.ts'
import { chatKey } from '../../api/console-link.ts'
import { taskOf } from '../../api/console-state.ts'
import type { Console } from '../../api/use-console.ts'
import { useNow } from '../../api/use-now.ts'
import { useScenes } from '../../api/use-scenes.ts'
import { dayText, startOfDay } from '../../text/format.ts'
import { useText } from '../../text/text.tsx'
import { Notice } from '../frame/notice.tsx'
import { BubbleView, PendingView } from './bubble-view.tsx'
import classes from './console.module.css'
import { leadOf } from './hints.ts'
import { useStickToEnd } from './use-stick-to-end.ts'

interface ConversationProps {
  chat: ConsoleChat
  console: Console
  /** Who one speaks as. */
  person: string
  onCommand(command: string): void
  onReply(bubble: Bubble): void
}

/** The bubbles of a chat; stays at its end unless one has scrolled up to read. */
export function Conversation({ chat, console, person, onCommand, onReply }: ConversationProps) {
  const { text } = useText()
  const key = chatKey(chat.channel, chat.chat)
  const drafts = console.drafts[key] ?? []
  const bubbles = [...(console.bubbles[key] ?? []), ...drafts.map(bubbleOf)]
  const pending = console.pending.filter((one) => one.key === key)
  const newest = pending.at(-1)?.saying.id ?? bubbles.at(-1)?.id
  const { ref, hasNewBelow, toEnd, onScroll } = useStickToEnd(key, newest, pending.length > 0)

  return (
    <>
      <div className={classes.scroll} ref={ref} onScroll={onScroll} data-testid="console-scroll">
        <div className={classes.bubbles} role="log" aria-label={chat.title}>
          {bubbles.length === 0 && pending.length === 0 && <Welcome chat={chat} onCommand={onCommand} />}
          {bubbles.map((bubble, place) => (
            <Fragment key={bubble.id}>
              <DayLine bubble={bubble} before={bubbles[place - 1]} />
              <BubbleView
                chat={chat}
                bubble={bubble}
                task={taskOf(bubble, chat.channel, console.tasks)}
                isOwn={bubble.from.kind === 'person' && bubble.from.id === person}
                growth={growthOf(bubble, drafts)}
                onCommand={onCommand}
                onReply={onReply}
              />
            </Fragment>
          ))}
          {pending.map((one) => (
            <PendingView
              key={one.saying.id}
              pending={one}
              isLinked={console.link === 'up'}
              onAgain={() => console.sayAgain(one)}
              onDismiss={() => console.dismiss(one.saying.id)}
            />
          ))}
        </div>
      </div>
      {hasNewBelow && (
        <div style={{ position: 'relative' }}>
          <Button
            className={classes.newBelow}
            style={{ bottom: 12 }}
            size="xs"
            radius="xl"
            leftSection={<IconArrowDown size={14} />}
            onClick={toEnd}
          >
            {text.console.newBelow}
          </Button>
        </div>
      )}
    </>
  )
}

/** In its place in the list and under its id, so that the answer takes the place of the draft. */
function bubbleOf({ id, taskId, at, text }: DraftBubble): Bubble {
  return { id, seq: Number.POSITIVE_INFINITY, at, taskId, from: { kind: 'bot' }, parts: [{ kind: 'text', text }] }
}

function growthOf({ id, taskId }: Bubble, drafts: readonly DraftBubble[]): 'itself' | 'below' | undefined {
  if (drafts.some((draft) => draft.id === id)) return 'itself'
  return drafts.some((draft) => draft.taskId === taskId) ? 'below' : undefined
}

function DayLine({ bubble, before }: { bubble: Bubble; before: Bubble | undefined }) {
  const { text, lang } = useText()
  const now = useNow(60_000)
  if (before && startOfDay(before.at) === startOfDay(bubble.at)) return null
  return <span className={classes.day}>{dayText(bubble.at, now, lang, text)}</span>
}

function Welcome({ chat, onCommand }: { chat: ConsoleChat; onCommand(command: string): void }) {
  const { text } = useText()
  const scenes = useScenes()
  const known = new Set(scenes.flatMap(({ name, commands }) => commands.map((one) => `${name} ${one.name}`.trim())))
  const lead = leadOf(chat)
  const ideas = [
    ['chat ask', text.console.askIdea],
    ['help', 'help'],
    ['demo echo', 'demo echo 你好'],
    ['demo sleep', 'demo sleep 5'],
    ['demo steps', 'demo steps 5'],
  ]
    .filter(([command]) => known.has(command ?? ''))
    .map(([command, words = '']) => [command, words.startsWith('#') ? words : lead + words])
  return (
    <div className={classes.welcome}>
      <Notice
        icon={<IconMessage2 />}
        title={text.console.empty}
        hint={lead === '' ? text.console.emptyHint : text.console.emptyGroupHint}
      >
        {ideas.map(([command, words = '']) => (
          <Button key={command} variant="light" size="xs" onClick={() => onCommand(words)}>
            {words}
          </Button>
        ))}
      </Notice>
    </div>
  )
}
