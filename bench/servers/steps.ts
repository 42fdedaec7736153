import { openLog } from '../../src/app/machine/log.ts'
import { machineWith } from '../../src/app/machine/machine.ts'
import { openSides } from '../../src/app/sides.ts'
import { startWorking } from '../../src/app/working.ts'
import { median } from '../figures.ts'
import { configOf, readOptions } from './config.ts'

/*
 * Bare writes of steps and durable steps by turns, by the same process in the same store: whatever else the machine does meets both. One row, then
 * eight side by side.
 */
const options = readOptions()
const STEPS = 500
const ROUNDS = 9
const SIDE_BY_SIDE = 8
const config = configOf(options)
const { stored, scenes, talk, engine } = await openSides(config, machineWith(openLog('warn')))
const { store, tasks } = stored
await startWorking(config, { ...stored, ...scenes, ...talk, ...engine }, ['long'])
let made = 0

async function bareWrites(rows: number): Promise<number> {
  const startedAt = performance.now()
  await Promise.all(
    Array.from({ length: rows }, async () => {
      const task = `bare-${++made}`
      for (let n = 0; n < STEPS; n++) await store.steps.save(task, `step-${n}`, n)
    }),
  )
  return perSecond(rows, performance.now() - startedAt)
}

/** From the first step's beginning to the last one's end, as the commands keep them. */
async function durableSteps(rows: number): Promise<number> {
  const times = await Promise.all(
    Array.from({ length: rows }, async () => {
      const id = `durable-${++made}`
      await tasks.add({
        id,
        lane: 'long',
        priority: 0,
        route: { scene: 'durable', command: 'steps', rest: `${STEPS}` },
        message: {
          id,
          from: { channel: 'api', chat: id, chatKind: 'private' },
          sender: { id },
          text: '',
          parts: [],
          receivedAt: Date.now(),
        },
      })
      for (;;) {
        await new Promise((resolve) => setTimeout(resolve, 50))
        const run = await store.runs.find(id)
        if (run?.endedAt !== undefined && run.state !== 'done') throw new Error(`${id} ended: ${run.why}`)
        if (run?.endedAt !== undefined) break
      }
      // Kept by bench/scenes/public/durable.ts.
      return (await store.steps.find(id, 'took'))?.value as { from: number; to: number }
    }),
  )
  const [from, to] = [Math.min(...times.map((each) => each.from)), Math.max(...times.map((each) => each.to))]
  return perSecond(rows, to - from)
}

function perSecond(rows: number, ms: number): number {
  return ((rows * STEPS) / ms) * 1_000
}

async function measure(rows: number): Promise<{ bare: number; durable: number; ratio: number }> {
  await bareWrites(rows)
  await durableSteps(rows)
  const bare: number[] = []
  const durable: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    bare.push(await bareWrites(rows))
    durable.push(await durableSteps(rows))
  }
  const ratios = durable.map((each, round) => each / (bare[round] ?? Number.NaN))
  return { bare: median(bare), durable: median(durable), ratio: median(ratios) }
}

const alone = await measure(1)
const together = await measure(SIDE_BY_SIDE)
process.stdout.write(`${JSON.stringify({ perSecond: alone.durable, alone, together })}\n`)
process.exit(0)
