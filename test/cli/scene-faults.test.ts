import { expect, test } from 'vitest'
import { readConfig } from '../../config/read.ts'
import { sceneFaults } from '../../src/cli/scene-faults.ts'

const faultsOf = (yaml: string) => sceneFaults(readConfig({}, () => yaml))

test('what is shipped has nothing wrong', async () => {
  expect(await faultsOf('')).toEqual([])
})

test('what is set wrongly for scenes is told with its place', async () => {
  const faults = await faultsOf(
    'scenes: { picture: { url: nowhere }, replys: { folder: x }, replies: { folder: /no/such } }',
  )
  expect(faults).toEqual([
    expect.stringMatching(
      /^src\/scenes\/public\/picture\.ts scenes\.picture\.url: it must be an http or https address/,
    ),
    'src/scenes/public/replies.ts scenes.replies.folder: it cannot be read (ENOENT)',
    expect.stringMatching(/^scenes\.replys no scene that could be loaded has this name; there are: /),
  ])
})
