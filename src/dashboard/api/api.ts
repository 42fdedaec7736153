import { type LoginLimit, loginLimit } from './auth/login-limit.ts'
import { type AdminPassword, adminPassword } from './auth/password.ts'
import { type Sessions, sessionsOf } from './auth/sessions.ts'
import { type TokenBook, tokenBook } from './auth/tokens.ts'
import { type LiveFeed, liveFeed } from './overview/live-feed.ts'
import type { ApiPorts } from './ports.ts'
import { type TaskFeed, taskFeed } from './tasks/feed.ts'

/** The ports, and what is made of them once. */
export interface Api extends ApiPorts {
  auth: { password: AdminPassword; tokens: TokenBook; sessions: Sessions; limit: LoginLimit }
  tasks: TaskFeed
  live: LiveFeed
}

export function apiOf(ports: ApiPorts): Api {
  const { settings, counters } = ports.store
  const password = adminPassword(ports.config, settings)
  const tasks = taskFeed(ports)
  return {
    ...ports,
    auth: {
      password,
      tokens: tokenBook(ports.config.apiTokens),
      sessions: sessionsOf(password, settings),
      limit: loginLimit(counters),
    },
    tasks,
    live: liveFeed(ports, tasks),
  }
}
