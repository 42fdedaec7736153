import { defineRoute } from '../route.ts'
import { consoleChatsSchema } from './shapes.ts'
import { chatsOf, sidesOf } from './sides.ts'

export const listConsoleChats = defineRoute({
  method: 'get',
  path: '/api/console/chats',
  summary: 'The people and groups that the console can speak as',
  auth: 'any',
  status: 200,
  answer: consoleChatsSchema,
  async run(api) {
    return { chats: await chatsOf(sidesOf(api), api.log) }
  },
})
