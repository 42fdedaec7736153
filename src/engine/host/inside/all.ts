import { z } from 'zod'
import { childEndSchema } from '../../../core/task/child-item.ts'
import { waitSchema } from '../../../core/task/wait.ts'
import { type All, NotAllDoneError } from '../../../scenes/scene.ts'
import { MisuseError } from './misuse.ts'
import type { Setting } from './setting.ts'
import { stepAround } from './steps.ts'

const MOST_ITEMS = 10_000
const MOST_BYTES = 8 * 1024 * 1024
const ITEM_BYTES = 256 * 1024
const SHOWN_ITEM = 80

const optionsSchema = z.strictObject({
  concurrency: z.number().int().min(1).max(100).default(5),
  attempts: z.number().int().min(1).max(100).optional(),
  settle: z.boolean().default(false),
})
/** The answer to `all`; nothing when only what is kept is wanted, and it has not ended. */
const fannedSchema = z
  .union([
    z.object({ waits: waitSchema }),
    z.object({ tooLargeBytes: z.number() }),
    z.object({ ends: z.array(childEndSchema) }),
  ])
  .optional()

/** `all` as the parent has it: asks for the child tasks, and waits. The work itself is never done here. */
export function allOf({ outside, suspension, takeName, undoing }: Setting) {
  async function all(name: string, items: readonly unknown[], work: unknown, options: object = {}): Promise<unknown[]> {
    const read = optionsSchema.safeParse(options)
    if (!read.success) throw new MisuseError(`all("${name}"): ${z.prettifyError(read.error)}`)
    if (typeof work !== 'function') throw new MisuseError(`all("${name}") takes a list and what to do for each`)
    const { concurrency, attempts, settle } = read.data
    takeName('all', name)
    const around = stepAround()
    if (around !== undefined)
      throw new MisuseError(`all("${name}") stands inside the step "${around}", whose result could not be kept`)
    if (undoing !== undefined && !undoing.isReplay) throw new MisuseError('what onCancel calls does not wait')
    const kept = checkedItems(items, name)
    if (kept.length === 0) return []
    const order = { name, items: kept, atOnce: concurrency, attempts }
    const fanned = fannedSchema.parse(await outside.call({ method: 'all', order, onlyKept: undoing?.isReplay }))
    if (fanned === undefined) return undoing?.stop() ?? []
    if ('waits' in fanned) return suspension.on(fanned.waits)
    if ('tooLargeBytes' in fanned) {
      const size = Math.ceil(fanned.tooLargeBytes / 1024 / 1024)
      throw new MisuseError(
        `the results of all("${name}") are ${size} MB together, 32 MB at most; keep files' ids instead`,
      )
    }
    if (settle) return fanned.ends
    const failed = fanned.ends.flatMap((end, index) => (end.state === 'done' ? [] : [{ index, ...end }]))
    if (failed.length > 0) throw new NotAllDoneError(sentenceOf(name, kept, failed), failed)
    return fanned.ends.map((end) => (end.state === 'done' ? end.value : undefined))
  }
  // The cast holds: the values are what `work` gave back, as JSON.
  return all as All<Record<string, unknown>, Record<string, unknown>>
}

function checkedItems(items: unknown, name: string): unknown[] {
  if (!Array.isArray(items)) throw new MisuseError(`all("${name}") takes a list and what to do for each`)
  if (items.length > MOST_ITEMS) {
    throw new MisuseError(
      `all("${name}") was given ${items.length} items, ${MOST_ITEMS} at most; let each stand for several`,
    )
  }
  let bytes = 0
  return items.map((item, index) => {
    const json = JSON.stringify(item) ?? 'null'
    const size = Buffer.byteLength(json)
    if (size > ITEM_BYTES) {
      throw new MisuseError(`item ${index + 1} of all("${name}") is larger than 256 KB; let it name what is worked on`)
    }
    bytes += size
    if (bytes > MOST_BYTES) {
      throw new MisuseError(`the items of all("${name}") are more than 8 MB together; let them name what is worked on`)
    }
    return JSON.parse(json)
  })
}

function sentenceOf(
  name: string,
  items: readonly unknown[],
  failed: readonly { index: number; state: string; why: string }[],
): string {
  const [first] = failed
  if (first === undefined) return ''
  const json = JSON.stringify(items[first.index]) ?? ''
  const shown = json.length > SHOWN_ITEM ? `${json.slice(0, SHOWN_ITEM)}…` : json
  const others = failed.length > 1 ? `; ${failed.length} of ${items.length} did not succeed` : ''
  return `all("${name}"): item ${first.index + 1} of ${items.length} (${shown}) ${first.state}: ${first.why}${others}`
}
