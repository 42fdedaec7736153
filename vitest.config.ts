import { defineConfig } from 'vitest/config'

// PostgreSQL is a large program of WebAssembly: compiling it well takes more than it saves in the seconds that a test lasts.
const execArgv = ['--liftoff-only']
const common = { pool: 'forks' as const, execArgv, testTimeout: 60_000, hookTimeout: 60_000 }

export default defineConfig({
  test: {
    globalSetup: ['test/fakes/embedded-folder.ts'],
    // All cores: most tests wait for something most of the time.
    maxWorkers: '100%',
    projects: [
      {
        test: {
          ...common,
          name: 'rooms',
          include: ['test/**/*.test.ts'],
          exclude: ['test/promises/**', 'test/trials/**', 'test/dashboard/web*.test.ts'],
          // Files of one worker share their modules: loading them anew for each would take longer than most tests.
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        // Whole installations, killed and flooded, and a real browser.
        test: {
          ...common,
          name: 'promises',
          include: ['test/promises/**/*.test.ts', 'test/dashboard/web*.test.ts'],
          isolate: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
