import { useState } from 'react'
import type { ConsoleChat } from '../../../api/console/shapes.ts'

type Person = ConsoleChat['people'][number]

/** Who one speaks as in a chat: the one chosen there before, or its first. */
export function usePerson(chat: ConsoleChat): [Person, (id: string) => void] {
  const storageKey = `huitou-person ${chat.channel}:${chat.chat}`
  const [chosen, setChosen] = useState<Readonly<Record<string, string>>>({})
  const id = chosen[storageKey] ?? localStorage.getItem(storageKey)
  const person = chat.people.find((one) => one.id === id) ?? chat.people[0] ?? { id: chat.chat, name: chat.title }
  return [
    person,
    (next) => {
      localStorage.setItem(storageKey, next)
      setChosen((before) => ({ ...before, [storageKey]: next }))
    },
  ]
}
