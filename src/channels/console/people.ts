/** A person or group of the web console, before anybody has set one up. */
export interface ConsoleRoom {
  chat: string
  chatKind: 'private' | 'group'
  title: string
  people: readonly { id: string; name: string }[]
}

const zhangsan = { id: 'zhangsan', name: '张三' }
const lisi = { id: 'lisi', name: '李四' }
const wangwu = { id: 'wangwu', name: '王五' }

/** Everybody who can be spoken as: one chat each with the bot, and two groups. */
export const consoleRooms: readonly ConsoleRoom[] = [
  ...[zhangsan, lisi, wangwu].map((person) => alone(person)),
  { chat: 'product', chatKind: 'group', title: '产品组', people: [zhangsan, lisi, wangwu] },
  { chat: 'ops', chatKind: 'group', title: '运维组', people: [lisi, wangwu] },
]

function alone(person: { id: string; name: string }): ConsoleRoom {
  return { chat: person.id, chatKind: 'private', title: person.name, people: [person] }
}
