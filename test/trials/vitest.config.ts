import { defineConfig } from 'vitest/config'

/** What kills, floods and waits for minutes. The same as in `npm test` where the size is all that differs. */
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    globalSetup: ['test/fakes/embedded-folder.ts'],
    include: ['test/trials/**/*.test.ts', 'test/promises/{once,held-edge,fanout,llm,fair-share,waits}.test.ts'],
    pool: 'forks',
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
