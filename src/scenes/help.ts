import type { Argument, Catalog, CommandEntry, SceneEntry } from '../core/command/catalog.ts'
import { commandWords, usageLine } from '../core/command/words.ts'
import { type Bilingual, inLang, type Lang } from '../core/text/lang.ts'

/** More would bury the rest of the page. */
const MOST_KEYWORDS = 20

export type MayUse = (scene: string, command: string) => boolean

/**
 * Help as chat text, on three levels: everything (`path` empty), one scene, one command (its words, or a built-in's
 * name or an alias alone). What the asker may not use is not there, as if it did not exist.
 */
export function helpText(catalog: Catalog, path: readonly string[], mayUse: MayUse, lang: Lang): string {
  const scenes = catalog.scenes
    .map((scene) => ({ ...scene, commands: scene.commands.filter((command) => mayUse(scene.name, command.name)) }))
    .filter((scene) => scene.commands.length > 0)
  const [first, second] = path.map((word) => word.replace(/^[/／]/, '').toLowerCase())
  if (first === undefined) return overview(scenes, lang)

  const scene = scenes.find((each) => each.name !== '' && each.name.toLowerCase() === first)
  const bare = scenes
    .flatMap((each) => each.commands)
    .find((command) => (command.scene === '' && isNamed(command, first)) || hasAlias(command, first))
  const command = second === undefined ? bare : scene?.commands.find((each) => isNamed(each, second))
  if (command) return aboutCommand(command, lang)
  if (scene && second === undefined) return aboutScene(scene, lang)
  return inLang(lang, sentences.nothing(path.join(' ')))
}

function overview(scenes: readonly SceneEntry[], lang: Lang): string {
  const builtins = scenes.find((scene) => scene.name === '')?.commands ?? []
  const lines = scenes
    .filter((scene) => scene.name !== '')
    .flatMap((scene) => [
      `▸ ${scene.name} · ${inLang(lang, scene.summary)}`,
      `   ${scene.commands.map((command) => command.name).join('  ')}`,
    ])
  return joined([
    lines.length > 0 ? inLang(lang, sentences.scenes) : inLang(lang, sentences.none),
    ...lines,
    builtins.length > 0 && `\n${inLang(lang, sentences.always)}`,
    builtins.length > 0 && `   ${builtins.map((command) => command.name).join('  ')}`,
    lines.length > 0 && `\n${inLang(lang, sentences.more(scenes.find((scene) => scene.name !== '')?.name ?? ''))}`,
  ])
}

function aboutScene(scene: SceneEntry, lang: Lang): string {
  const example = scene.commands[0]?.name ?? ''
  return joined([
    `${scene.name} · ${inLang(lang, scene.summary)}`,
    '',
    ...scene.commands.flatMap((command) => [`▸ ${usageLine(command)}`, `   ${inLang(lang, command.summary)}`]),
    `\n${inLang(lang, sentences.more(`${scene.name} ${example}`))}`,
  ])
}

function aboutCommand(command: CommandEntry, lang: Lang): string {
  const details = command.args.filter((arg) => arg.description !== undefined || arg.choices !== undefined)
  const keywords = command.triggers.flatMap((trigger) => {
    if (trigger.kind === 'pattern' || trigger.kind === 'event') return []
    return [trigger.kind === 'exact' ? trigger.text : trigger.keyword]
  })
  const example =
    command.example ?? (command.args.length > 0 ? undefined : commandWords(command.scene, command.name).join(' '))
  return joined([
    usageLine(command),
    inLang(lang, command.summary),
    details.length > 0 && '',
    ...details.map((arg) => `▸ ${aboutArgument(arg)}`),
    '',
    example !== undefined && inLang(lang, sentences.example) + example,
    command.aliases.length > 0 && inLang(lang, sentences.aliases) + command.aliases.join(' '),
    keywords.length > 0 && inLang(lang, sentences.keywords) + shortened(keywords),
  ]).trimEnd()
}

function shortened(keywords: readonly string[]): string {
  return [...keywords.slice(0, MOST_KEYWORDS), ...(keywords.length > MOST_KEYWORDS ? ['…'] : [])].join(' ')
}

function aboutArgument(argument: Argument): string {
  const choices = argument.choices === undefined ? [] : [argument.choices.join(' | ')]
  const said = argument.description === undefined ? [] : [argument.description]
  return `${argument.name}: ${[...said, ...choices].join(' · ')}`
}

function isNamed(command: CommandEntry, name: string): boolean {
  return command.name.toLowerCase() === name
}

function hasAlias(command: CommandEntry, alias: string): boolean {
  return command.aliases.some((each) => each.toLowerCase() === alias)
}

function joined(lines: readonly (string | false)[]): string {
  return lines.filter((line) => line !== false).join('\n')
}

const sentences = {
  scenes: { zh: '你可以让我做这些事：', en: 'You can ask me for:' },
  none: { zh: '目前没有你可以使用的场景。', en: 'There is no scene that you may use yet.' },
  always: { zh: '随时可用：', en: 'Always at hand:' },
  example: { zh: '例：', en: 'Example: ' },
  aliases: { zh: '也可以写：', en: 'Also: ' },
  keywords: { zh: '说到这些词也会触发：', en: 'Also when you mention: ' },
  more: (what: string): Bilingual => ({
    zh: `发送 help ${what} 了解更多。`,
    en: `Send "help ${what}" for more.`,
  }),
  nothing: (what: string): Bilingual => ({
    zh: `没有“${what}”，或者你还不能使用它。发送 help 查看全部。`,
    en: `There is no "${what}", or you may not use it yet. Send "help" for all there is.`,
  }),
} as const
