import type { ChannelPorts, Exchange, MediaFile, SharedCache } from '../../src/channels/channel.ts'
import { UnavailableError } from '../../src/core/errors.ts'

export interface FakePorts extends ChannelPorts {
  /** Moves the clock on. */
  pass(ms: number): void
  readonly files: Map<string, MediaFile>
  /** Texts that call a command by themselves. */
  readonly triggers: Set<string>
  /** What was logged, as one JSON text: to look for what must not be there. */
  logged(): string
  /** Chats that were opened again. */
  readonly reopened: string[]
}

/** Ports that work in memory; several channels that share them behave like several processes with one store. */
export function channelPorts(startAt = Date.UTC(2026, 8, 21)): FakePorts {
  let now = startAt
  const lines: unknown[] = []
  const triggers = new Set<string>()
  const files = new Map<string, MediaFile>()
  const reopened: string[] = []
  const note = (fields: Record<string, unknown>, message: string) => void lines.push({ ...fields, message })
  return {
    now: () => now,
    pass(ms) {
      now += ms
    },
    files,
    async readFile(fileId) {
      const file = files.get(fileId)
      if (!file) throw new Error(`no file ${fileId}`)
      return file
    },
    shared: sharedCache(() => now),
    exchange: exchange(),
    isBound: () => true,
    triggers,
    isTriggered: (text) => triggers.has(text),
    reopened,
    async reopen(channel, chat) {
      reopened.push(`${channel} ${chat}`)
    },
    log: { info: note, warn: note, error: note },
    logged: () => JSON.stringify(lines),
  }
}

function exchange(): Exchange {
  const holders = new Map<string, (request: unknown) => Promise<unknown>>()
  return {
    async hold(name, answer) {
      holders.set(name, answer)
      return async () => void (holders.get(name) === answer && holders.delete(name))
    },
    async ask(name, request) {
      const holder = holders.get(name)
      if (holder === undefined) throw new UnavailableError(`nobody holds ${name}`)
      return holder(request)
    },
  }
}

function sharedCache(now: () => number): SharedCache {
  const kept = new Map<string, { value: string; until: number }>()
  /** The fetch each key waits for. */
  const turns = new Map<string, Promise<unknown>>()
  return {
    get(key, fetch, not) {
      const turn = (turns.get(key) ?? Promise.resolve())
        .catch(() => {})
        .then(async () => {
          const found = kept.get(key)
          if (found && now() < found.until && found.value !== not) return found.value
          const { value, ttlMs } = await fetch()
          kept.set(key, { value, until: now() + ttlMs })
          return value
        })
      turns.set(key, turn)
      return turn
    },
  }
}
