import { createHash } from 'node:crypto'
import { z } from 'zod'
import { cleanJson } from '../../../core/clean.ts'
import { type Part, partSchema } from '../../../core/part.ts'
import type { Store } from '../../../store/store.ts'
import type { Say } from '../../engine.ts'

/** Authors' names never begin so. */
const SAID_PREFIX = 'said:'

export interface KeepSaidPorts {
  store: Pick<Store, 'steps' | 'files'>
  /** How long the files of a command are kept. */
  filesKeptMs: number
  now(): number
}

/**
 * What a task that a model called says, but for questions to people, is kept for that model and does not go to the chat; all else goes on as it is. A person who has such a
 * task run again asks for it themselves: then it does.
 */
export function keepSaid(say: Say, { store, filesKeptMs, now }: KeepSaidPorts): Say {
  /** Bytes lie among the files, not among the steps. */
  async function withoutBytes(part: Part, id: string): Promise<Part> {
    if (!('media' in part) || part.media.source !== 'inline') return part
    const bytes = Buffer.from(part.media.base64, 'base64')
    const { name = part.kind, type = 'application/octet-stream' } = part
    await store.files.put({ id, name, type, bytes, expiresAt: now() + filesKeptMs })
    return { ...part, media: { source: 'kept', fileId: id } }
  }

  return async (said) => {
    const { task, round, name, parts } = said
    if (task.parent === undefined || round > 0 || said.toChat === true) return say(said)
    const fileId = `${task.id}-${createHash('sha1').update(name).digest('hex').slice(0, 10)}`
    const kept = await Promise.all(parts.map((part, place) => withoutBytes(part, `${fileId}-${place + 1}`)))
    await store.steps.save(task.id, `${SAID_PREFIX}${name}`, cleanJson(kept))
  }
}

/** All that such a task has said, in its order. */
export async function saidBy(taskId: string, steps: Pick<Store['steps'], 'list'>): Promise<Part[]> {
  const kept = (await steps.list(taskId)).filter(({ name }) => name.startsWith(SAID_PREFIX))
  return kept.flatMap(({ value }) => z.array(partSchema).parse(value))
}
