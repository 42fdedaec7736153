import { defineConfig } from 'vitest/config'

const common = { pool: 'forks' as const, testTimeout: 60_000, hookTimeout: 60_000 }

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...common,
          name: 'rooms',
          include: ['test/**/*.test.ts'],
          exclude: ['test/promises/**', 'test/dashboard/web*.test.ts'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        // Whole installations, killed and flooded, and a real browser: one after the other, or they would starve each other.
        test: {
          ...common,
          name: 'promises',
          include: ['test/promises/**/*.test.ts', 'test/dashboard/web*.test.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
