import { defineConfig } from 'vitest/config'

/** What proves everything once, in minutes; `npm run trials` has the long ones. */
export default defineConfig({
  test: {
    globalSetup: ['test/fakes/embedded-folder.ts'],
    include: ['test/**/*.test.ts'],
    exclude: ['test/trials/**'],
    pool: 'forks',
    // Files of one worker share their modules: loading them anew for each would take longer than most tests.
    isolate: false,
    // More than there are cores: most tests wait for something most of the time.
    maxWorkers: '150%',
    // PostgreSQL is a large program of WebAssembly: compiling it well takes more than it saves in the seconds that a test lasts.
    execArgv: ['--liftoff-only'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
