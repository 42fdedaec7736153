import { expect, test } from 'vitest'
import { installations, ofWork, showEachMomentIsSurvived } from '../promises/moments.ts'

test("a process that dies between any two moves of a task's work loses nothing and repeats nothing that was kept", {
  timeout: 120_000,
}, async ({ skip }) => {
  const where = installations.find(({ kind }) => kind === 'redis') ?? expect.fail('it is one of them')
  if (!(await showEachMomentIsSurvived(where, ofWork))) return skip('NOT TESTED: no redis-server')
})
