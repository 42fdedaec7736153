import { UnstyledButton } from '@mantine/core'
import { IconUser, IconUsers } from '@tabler/icons-react'
import type { ConsoleChat } from '../../../api/console/shapes.ts'
import { chatKey } from '../../api/console-link.ts'
import { useText } from '../../text/text.tsx'
import { chatGroups } from './chat-groups.ts'
import classes from './console.module.css'

interface ChatListProps {
  chats: readonly ConsoleChat[]
  shown: ConsoleChat
  unread: Readonly<Record<string, number>>
  onChoose(chat: ConsoleChat): void
}

export function ChatList({ chats, shown, unread, onChoose }: ChatListProps) {
  const { text, lang } = useText()
  return (
    <nav className={classes.side} aria-label={text.console.chats}>
      {chatGroups(chats, text, lang).map(({ channel, title, isSimulated, chats }) => (
        <section key={channel} aria-label={title}>
          <h2 className={classes.groupTitle}>
            {title}
            {isSimulated && <SimulatedBadge />}
          </h2>
          <ul className={classes.chats}>
            {chats.map((chat) => (
              <li key={chat.chat}>
                <UnstyledButton
                  className={classes.chat}
                  aria-current={chat === shown}
                  data-testid="console-chat"
                  onClick={() => onChoose(chat)}
                >
                  {chat.chatKind === 'group' ? <IconUsers size={20} /> : <IconUser size={20} />}
                  <span className={classes.chatText}>
                    <span className={classes.chatTitle}>{chat.title}</span>
                    <span className={classes.chatKind}>
                      <ChatKind chat={chat} />
                    </span>
                  </span>
                  <Unread count={unread[chatKey(chat.channel, chat.chat)] ?? 0} />
                </UnstyledButton>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </nav>
  )
}

/** Says that nobody outside is reached. */
export function SimulatedBadge() {
  const { text } = useText()
  return (
    <span className={classes.simulated} title={text.console.simulatedHint} data-testid="simulated">
      {text.console.simulated}
    </span>
  )
}

function Unread({ count }: { count: number }) {
  const { text } = useText()
  if (count === 0) return null
  return (
    <span className={classes.unread}>
      <span aria-hidden="true">{count}</span>
      <span className="unseen">{text.console.unread(count)}</span>
    </span>
  )
}

/** Through which channel, and how many are in it. */
export function ChatKind({ chat }: { chat: ConsoleChat }) {
  const { text } = useText()
  const kind = chat.chatKind === 'group' ? text.console.people(chat.people.length) : text.console.private
  return `${chat.channel} · ${kind}`
}
