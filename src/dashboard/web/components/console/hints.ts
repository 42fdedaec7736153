import type { Lang } from '../../../../core/text/lang.ts'
import type { ConsoleChat } from '../../../api/console/shapes.ts'
import type { SceneList } from '../../../api/shapes.ts'

export interface Hint {
  /** `scene command`, what is put into the input. */
  words: string
  usage: string
  summary: string
  isPublic: boolean
}

const MOST_HINTS = 8

/** What makes the bot listen in a chat: in a platform's group not everything is said to it. */
export function leadOf({ chatKind, simulated }: ConsoleChat): string {
  return simulated && chatKind === 'group' ? '/' : ''
}

/**
 * The commands that what is typed may become; a leading slash lists them all. Nothing once arguments have begun.
 * `lead`: what a command must begin with to be heard.
 */
export function hintsFor(typed: string, scenes: SceneList['scenes'], lang: Lang, lead = ''): Hint[] {
  const isSlash = typed.startsWith('/')
  const start = typed.replace(/^\//, '').trimStart().toLowerCase()
  if (typed.includes('\n') || (start === '' && !isSlash)) return []
  const hints = scenes.flatMap(({ name, isPublic, commands }) =>
    commands.map((command) => ({
      words: `${name} ${command.name}`.trim(),
      usage: command.usage,
      summary: command.summary[lang],
      isPublic: isPublic || name === '',
    })),
  )
  return hints
    .filter(({ words }) => isBeginning(words.toLowerCase(), start))
    .slice(0, MOST_HINTS)
    .map((hint) => ({ ...hint, words: lead + hint.words }))
}

/** `sl` finds `demo sleep` too: people remember the command better than its scene. */
function isBeginning(words: string, start: string): boolean {
  if (words === start.trimEnd()) return !start.endsWith(' ')
  return words.startsWith(start) || (start.length > 1 && words.split(' ').some((word) => word.startsWith(start)))
}
