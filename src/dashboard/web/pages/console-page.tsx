import { Button } from '@mantine/core'
import { IconMessageOff } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { ConsoleChat } from '../../api/console/shapes.ts'
import { chatKey } from '../api/console-link.ts'
import { chatsQuery } from '../api/queries.ts'
import { useConsole } from '../api/use-console.ts'
import { useMessage } from '../api/use-message.ts'
import { ChatList } from '../components/console/chat-list.tsx'
import classes from '../components/console/console.module.css'
import { Room } from '../components/console/room.tsx'
import { Notice } from '../components/frame/notice.tsx'
import { navigate, usePlace } from '../router.tsx'
import { useText } from '../text/text.tsx'

/** The chat in the browser; which chat is shown is in the address. */
export function ConsolePage() {
  const { text } = useText()
  const messageOf = useMessage()
  const { data: chats, error, refetch } = useQuery(chatsQuery)

  if (!chats && error) {
    return (
      <Notice icon={<IconMessageOff />} title={messageOf(error)} isAlert>
        <Button variant="light" onClick={() => void refetch()}>
          {text.errors.again}
        </Button>
      </Notice>
    )
  }
  if (!chats) return null
  if (chats.length === 0) {
    return <Notice icon={<IconMessageOff />} title={text.console.noChats} hint={text.console.noChatsHint} />
  }
  return <ConsoleOf chats={chats} />
}

function ConsoleOf({ chats }: { chats: readonly ConsoleChat[] }) {
  const { query } = usePlace()
  const console = useConsole()
  const { show } = console
  const wanted = chatKey(query.get('channel') ?? '', query.get('chat') ?? '')
  const chat = chats.find((one) => chatKey(one.channel, one.chat) === wanted) ?? chats[0]

  useEffect(() => {
    if (chat) show(chat)
  }, [chat, show])

  if (!chat) return null
  const choose = (next: ConsoleChat) =>
    navigate(`/console?${new URLSearchParams({ channel: next.channel, chat: next.chat })}`)
  return (
    <div className={classes.console}>
      <ChatList chats={chats} shown={chat} unread={console.unread} onChoose={choose} />
      <Room chats={chats} chat={chat} console={console} onChoose={choose} />
    </div>
  )
}
