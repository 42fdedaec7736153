import { expect, test } from 'vitest'
import { installations, ofWords, showEachMomentIsSurvived } from '../promises/moments.ts'

test('a process that dies between any two moves of what a task says loses nothing and repeats nothing that was kept', {
  timeout: 120_000,
}, async ({ skip }) => {
  const where = installations.find(({ kind }) => kind === 'embedded') ?? expect.fail('it is one of them')
  if (!(await showEachMomentIsSurvived(where, ofWords))) return skip('NOT TESTED: no redis-server')
})
