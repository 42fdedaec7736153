import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type Part, partSchema } from '../../../core/message/part.ts'
import type { Say } from '../../../core/task/say.ts'
import { cleanJson } from '../../../core/text/clean.ts'
import type { Store } from '../../../store/store.ts'

/** Authors' names never begin so. */
const SAID_PREFIX = 'said:'

export interface KeepSaidPorts {
  store: Pick<Store, 'steps' | 'files'>
  /** How long the files of a command are kept. */
  filesKeptMs: number
  now(): number
}

/**
 * What a task that a model called says, but for questions to people, is kept for that model and does not go to the
 * chat. A person who has such a task run again asks for it themselves: then it does. All that a dry run says is kept,
 * too; everything else goes on as it is.
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
    const { task, generation, name, parts } = said
    const { parent, piece } = task
    const isForModel = parent !== undefined && (piece === undefined ? generation === 0 : piece.isCalled === true)
    const isForChat = !isForModel || said.toChat === true || said.to !== undefined
    if (isForChat && task.dry === undefined) return say(said)
    const fileId = `${task.id}-${createHash('sha1').update(name).digest('hex').slice(0, 10)}`
    const kept = await Promise.all(parts.map((part, place) => withoutBytes(part, `${fileId}-${place + 1}`)))
    // What a child task says is its parent's: that was called, or tried out.
    const [by, as] =
      piece === undefined || parent === undefined
        ? [task.id, name]
        : [parent.id, `${piece.name} ${piece.index}:${name}`]
    await store.steps.save(by, `${SAID_PREFIX}${as}`, cleanJson(kept))
  }
}

/** All that such a task has said, in its order. */
export async function saidBy(taskId: string, steps: Pick<Store['steps'], 'list'>): Promise<Part[]> {
  return (await saidByName(taskId, steps)).flatMap(({ parts }) => parts)
}

/** The same under the names it was said by. */
export async function saidByName(
  taskId: string,
  steps: Pick<Store['steps'], 'list'>,
): Promise<{ name: string; parts: Part[] }[]> {
  const kept = (await steps.list(taskId)).filter(({ name }) => name.startsWith(SAID_PREFIX))
  return kept.map(({ name, value }) => ({
    name: name.slice(SAID_PREFIX.length),
    parts: z.array(partSchema).parse(value),
  }))
}
