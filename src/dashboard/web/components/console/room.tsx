import { useMediaQuery } from '@mantine/hooks'
import { type DragEvent, useCallback, useEffect, useRef, useState } from 'react'
import type { ConsoleChat } from '../../../api/shapes.ts'
import type { Console } from '../../api/use-console.ts'
import { useText } from '../../text/text.tsx'
import composerClasses from './composer.module.css'
import { Composer } from './composer.tsx'
import classes from './console.module.css'
import { Conversation } from './conversation.tsx'
import { LinkBanner } from './link-banner.tsx'
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

  // Kept the same over renders, so that old bubbles need not be drawn anew with every new one.
  const latest = useRef({ console, chat, person })
  useEffect(() => {
    latest.current = { console, chat, person }
  })
  const sayCommand = useCallback((command: string) => {
    const { console, chat, person } = latest.current
    console.say(chat, person, [{ kind: 'text', text: command }])
  }, [])

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
      <Conversation chat={chat} console={console} onCommand={sayCommand} />
      <Composer isWide={isWide} attachments={attachments} onSay={(parts) => console.say(chat, person, parts)} />
      {isDragging && <div className={composerClasses.drop}>{text.console.drop}</div>}
    </section>
  )
}

function asNode(target: EventTarget | null): Node | null {
  return target instanceof Node ? target : null
}
