import { platforms } from '../../src/channels/platforms.ts'
import { readTokens } from './tokens.ts'

/*
 * What a platform costs: its folder, its line in the table, its simulator and that one's line. Any other file that names a platform is one
 * more that whoever adds the next must know of.
 */

/** The files that list the platforms. */
const tables = ['src/channels/platforms.ts', 'src/simulators/stage.ts']

/** Files that name a platform and may, each with its reason. One that is no longer needed fails the test. */
export const namesOfPlatforms: readonly { file: string; why: string }[] = [
  {
    file: 'src/core/settings/examples.ts',
    why: 'a sentence to an operator is plainer with a key that they know; the next platform adds none',
  },
]

const words = [
  ...new Set(platforms.flatMap(({ name, title, environment }) => [name, environment.id, title.zh, title.en])),
]
// A word of two letters stands in others by chance: `QQ`, or in front of a capital.
const patterns = words.map((word) =>
  word.length > 2 ? new RegExp(word, 'i') : new RegExp(`(?<![A-Za-z])(?:${word}|${word.toLowerCase()})(?![a-z])`),
)
const folders = new Set(platforms.flatMap(({ name, environment }) => [name, environment.id]))

/** The lines of a file in which its code, not a comment, names a platform. */
export function platformsNamedIn(file: string, source: string): { file: string; line: number; text: string }[] {
  const [, folder = ''] = /^src\/(?:channels|simulators)\/([^/]+)\//.exec(file) ?? []
  if (folders.has(folder) || tables.includes(file)) return []
  return readTokens(source)
    .filter(({ kind, text }) => kind !== 'sign' && patterns.some((pattern) => pattern.test(text)))
    .map(({ line, text }) => ({ file, line, text }))
}
