import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { fixed, print } from './figures.ts'
import { startServer } from './server.ts'
import { storeNames, withStore } from './with-store.ts'

/** Where the benchmarks' own scene is. */
export const BENCH_SCENES = fileURLToPath(new URL('./scenes', import.meta.url))

const rates = z.object({ bare: z.number(), durable: z.number(), ratio: z.number() })
const figures = z.object({ alone: rates, together: rates })

/** Durable steps that do nothing beside bare writes to the same store: what a step costs beyond the write that it cannot do without. */
export async function benchSteps(only?: string): Promise<void> {
  print(`\n## steps\n`)
  print('| | bare writes/s | durable steps/s | ratio |\n| --- | --- | --- | --- |')
  for (const store of storeNames) {
    if (only !== undefined && only !== store) continue
    await withStore(store, async (redisUrl) => {
      const env = { SCENE_DIRS: BENCH_SCENES }
      const server = await startServer('steps', { redisUrl, env, replyWithinMs: 0, works: true })
      await server.stop()
      const { alone, together } = figures.parse(server.said)
      for (const [name, { bare, durable, ratio }] of [
        ['one after the other', alone],
        ['eight side by side', together],
      ] as const)
        print(`| ${store}, ${name} | ${fixed(bare, 0)} | ${fixed(durable, 0)} | ${fixed(ratio)} |`)
    })
  }
}
