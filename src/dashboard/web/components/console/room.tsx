import { useMediaQuery } from '@mantine/hooks'
import { type DragEvent, useCallback, useEffect, useRef, useState } from 'react'
import type { Part } from '../../../../core/message/part.ts'
import type { Bubble, ConsoleChat } from '../../../api/console/shapes.ts'
import type { Console } from '../../api/use-console.ts'
import { useText } from '../../text/text.tsx'
import type { Text } from '../../text/zh.ts'
import composerClasses from './composer.module.css'
import { Composer } from './composer.tsx'
import classes from './console.module.css'
import { Conversation } from './conversation.tsx'
import { LinkBanner } from './link-banner.tsx'
import { previewOf } from './preview.ts'
import { RoomHead } from './room-head.tsx'
import { useAttachments } from './use-attachments.ts'
import { usePerson } from './use-person.ts'

interface RoomProps {
  chats: readonly ConsoleChat[]
  chat: ConsoleChat
  console: Console
  onChoose(chat: ConsoleChat): void
}

/** One chat: who speaks, what was said, and where to write. */
export function Room({ chats, chat, console, onChoose }: RoomProps) {
  const { text } = useText()
  const isWide = useMediaQuery('(min-width: 48em)', true, { getInitialValueInEffect: false })
  const [person, choosePerson] = usePerson(chat)
  const attachments = useAttachments()
  const [isDragging, setIsDragging] = useState(false)
  const [reply, setReply] = useState<{ chat: ConsoleChat; bubble: Bubble }>()
  const startReply = useCallback((bubble: Bubble) => setReply({ chat, bubble }), [chat])
  const bubble = reply?.chat === chat ? reply.bubble : undefined
  const quoted = bubble && `${nameIn(chat, bubble, text)}: ${previewOf(bubble.parts, text)}`

  // Kept the same over renders, so that old bubbles need not be drawn anew with every new one.
  const latest = useRef({ console, chat, person })
  useEffect(() => {
    latest.current = { console, chat, person }
  })
  const sayCommand = useCallback((command: string) => {
    const { console, chat, person } = latest.current
    console.say(chat, person, [{ kind: 'text', text: command }])
  }, [])

  const say = (parts: Part[]) => {
    const quote: Part[] = bubble ? [{ kind: 'quote', messageId: bubble.messageId, text: quoted }] : []
    console.say(chat, person, [...quote, ...parts])
    setReply(undefined)
  }

  const drag = (event: DragEvent) => {
    if (!event.dataTransfer.types.includes('Files')) return
    event.preventDefault()
    setIsDragging(event.type !== 'dragleave' || event.currentTarget.contains(asNode(event.relatedTarget)))
  }
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setIsDragging(false)
    attachments.add(event.dataTransfer.files)
  }

  return (
    <section
      className={classes.room}
      aria-label={chat.title}
      onDragEnter={drag}
      onDragOver={drag}
      onDragLeave={drag}
      onDrop={drop}
    >
      <RoomHead chats={chats} chat={chat} person={person} isWide={isWide} onChoose={onChoose} onPerson={choosePerson} />
      <LinkBanner console={console} />
      <Conversation chat={chat} console={console} person={person.id} onCommand={sayCommand} onReply={startReply} />
      <Composer
        chat={chat}
        isWide={isWide}
        attachments={attachments}
        quoted={quoted}
        onDropQuote={() => setReply(undefined)}
        onSay={say}
      />
      {isDragging && <div className={composerClasses.drop}>{text.console.drop}</div>}
    </section>
  )
}

function nameIn(chat: ConsoleChat, { from }: Bubble, text: Text): string {
  if (from.kind !== 'person') return chat.simulated?.bot.name ?? text.console.bot
  return chat.people.find(({ id }) => id === from.id)?.name ?? from.name
}

function asNode(target: EventTarget | null): Node | null {
  return target instanceof Node ? target : null
}
