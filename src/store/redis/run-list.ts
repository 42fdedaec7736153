import { liveStates, type Run, type RunFilter } from '../../core/task/run.ts'

/** How many records one list looks through; a rare word further back is not found. */
const mostScanned = 5_000

/**
 * Walks the narrowest index from the newest on and keeps what fits. `read` gives one page of an index, newest first,
 * below a number.
 */
export async function listRuns(
  filter: RunFilter,
  limit: number,
  before: number | undefined,
  read: (index: string, before: number | '+inf', count: number) => Promise<Run[]>,
): Promise<Run[]> {
  const index = narrowestIndex(filter)
  const fits = matcher(filter)
  const pageSize = Math.min(Math.max(limit, 50), 200)
  const found: Run[] = []
  let from: number | '+inf' = before ?? '+inf'
  for (let scanned = 0; scanned < mostScanned; scanned += pageSize) {
    const page = await read(index, from, pageSize)
    for (const run of page) {
      if (!fits(run)) continue
      found.push(run)
      if (found.length >= limit) return found
    }
    const last = page.at(-1)
    if (last === undefined || page.length < pageSize) return found
    from = last.number
  }
  return found
}

function narrowestIndex({ user, states }: RunFilter): string {
  if (user !== undefined) return `runs:of:${user}`
  return states?.every((state) => liveStates.includes(state)) ? 'runs:live' : 'runs'
}

function matcher({ states, channel, user, chat, command, q }: RunFilter): (run: Run) => boolean {
  const part = q?.toLowerCase()
  return ({ id, owner, state, task }) =>
    // Live ones stand in the index of what is live.
    task.piece === undefined &&
    (states === undefined || states.includes(state)) &&
    (user === undefined || user === owner) &&
    (channel === undefined || channel === task.message.from.channel) &&
    (chat === undefined || chat === task.message.from.chat) &&
    (command === undefined || command === commandOf(task.route)) &&
    (part === undefined || id.toLowerCase().includes(part) || task.message.text.toLowerCase().includes(part))
}

/** `scene command`, or a built-in's name. */
function commandOf(route: Run['task']['route']): string | undefined {
  return route && (route.scene === '' ? route.command : `${route.scene} ${route.command}`)
}
