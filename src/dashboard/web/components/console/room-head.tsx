import { Button, Menu } from '@mantine/core'
import { IconCheck, IconChevronDown } from '@tabler/icons-react'
import { Fragment } from 'react'
import type { ConsoleChat } from '../../../api/console/shapes.ts'
import { useText } from '../../text/text.tsx'
import { chatGroups } from './chat-groups.ts'
import { ChatKind, SimulatedBadge } from './chat-list.tsx'
import classes from './console.module.css'

interface RoomHeadProps {
  chats: readonly ConsoleChat[]
  chat: ConsoleChat
  person: { id: string; name: string }
  isWide: boolean
  onChoose(chat: ConsoleChat): void
  onPerson(id: string): void
}

/** Which chat it is (on a phone also the way to another) and who is speaking. */
export function RoomHead({ chats, chat, person, isWide, onChoose, onPerson }: RoomHeadProps) {
  const { text, lang } = useText()
  const title = <h1 className={classes.roomTitle}>{chat.title}</h1>
  return (
    <header className={classes.roomHead}>
      {isWide || chats.length < 2 ? (
        title
      ) : (
        <Menu position="bottom-start" shadow="md" keepMounted={false}>
          <Menu.Target>
            <Button
              variant="subtle"
              color="gray"
              px={8}
              rightSection={<IconChevronDown size={16} />}
              aria-label={text.console.search}
            >
              {title}
            </Button>
          </Menu.Target>
          <Menu.Dropdown className={classes.menu}>
            {chatGroups(chats, text, lang).map(({ channel, title, isSimulated, chats }) => (
              <Fragment key={channel}>
                <Menu.Label>
                  {title} {isSimulated && <SimulatedBadge />}
                </Menu.Label>
                {chats.map((one) => (
                  <Menu.Item
                    key={one.chat}
                    rightSection={one === chat ? <IconCheck size={15} /> : undefined}
                    onClick={() => onChoose(one)}
                  >
                    {one.title}
                  </Menu.Item>
                ))}
              </Fragment>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
      {chat.simulated && <SimulatedBadge />}
      <span className={classes.roomKind}>
        <ChatKind chat={chat} />
      </span>
      <span className={classes.headEnd}>
        <PersonSwitch people={chat.people} person={person} onPerson={onPerson} />
      </span>
    </header>
  )
}

function PersonSwitch({
  people,
  person,
  onPerson,
}: { people: ConsoleChat['people'] } & Pick<RoomHeadProps, 'person' | 'onPerson'>) {
  const { text } = useText()
  return (
    <Menu position="bottom-end" shadow="md" disabled={people.length < 2}>
      <Menu.Target>
        <Button
          variant="default"
          size="xs"
          rightSection={people.length < 2 ? undefined : <IconChevronDown size={14} />}
          data-testid="console-person"
        >
          {text.console.speakAsName(person.name)}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{text.console.speakAs}</Menu.Label>
        {people.map(({ id, name }) => (
          <Menu.Item
            key={id}
            rightSection={id === person.id ? <IconCheck size={15} /> : undefined}
            onClick={() => onPerson(id)}
          >
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
