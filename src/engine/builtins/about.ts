import { chatKey } from '../../core/message/address.ts'
import { langSchema } from '../../core/text/lang.ts'
import { helpText } from '../../scenes/help.ts'
import { conversationOf } from '../llm/converse.ts'
import { forget } from '../llm/summary.ts'
import { argument, type Builtin, type BuiltinPorts, builtin } from './builtin.ts'

/** Who, where, in which language, and what there is. */
export function aboutBuiltins(ports: BuiltinPorts): Builtin[] {
  return [
    builtin(
      'help',
      { zh: '能做什么', en: 'What there is' },
      [argument('scene', { optional: true }), argument('command', { optional: true })],
      async ({ args, message, lang, access }) => {
        const catalog = ports.catalog()
        const path = [args.scene, args.command].filter((word) => typeof word === 'string')
        const usable = new Set<string>()
        for (const { scene, name } of catalog.scenes.flatMap((entry) => entry.commands)) {
          if (await access.mayUse(message, scene, name)) usable.add(`${scene} ${name}`)
        }
        return helpText(catalog, path, (scene, command) => usable.has(`${scene} ${command}`), lang)
      },
      ['帮助', '?', '？'],
    ),
    builtin('whoami', { zh: '我是谁', en: 'Who I am' }, [], async ({ me, message, lang, access, pick }) => {
      const name = message.sender.name === undefined ? '' : `（${message.sender.name}）`
      const admin = access.isAdmin(message) ? pick({ zh: '\n管理员：是', en: '\nadministrator: yes' }) : ''
      return `${me}${name}\n${pick({ zh: '语言：中文', en: 'language: English' })} (${lang})${admin}`
    }),
    builtin('chat_id', { zh: '这个会话的编号', en: 'This chat’s id' }, [], async ({ message, pick }) => {
      const kind =
        message.from.chatKind === 'group' ? pick({ zh: '群聊', en: 'group' }) : pick({ zh: '单聊', en: 'one to one' })
      return `${chatKey(message.from)}\n${kind}`
    }),
    builtin(
      'lang',
      { zh: '换语言', en: 'Change the language' },
      [argument('lang', { choices: langSchema.options })],
      async ({ args, me }) => {
        const lang = langSchema.parse(args.lang)
        await ports.languages.set(me, lang)
        return lang === 'zh' ? '好的，以后用中文。' : 'All right, English from now on.'
      },
    ),
    builtin(
      'new',
      { zh: '忘掉之前的对话', en: 'Forget the conversation so far' },
      [],
      async ({ message, me, pick, once }) => {
        // Once: what is said after that is not forgotten.
        await once('forgotten', async () => {
          for (const memory of ['person', 'chat'] as const) {
            await forget(ports.store.conversations, conversationOf(message.from, me, memory))
          }
          return true
        })
        return pick({ zh: '好的，我们重新开始。', en: 'All right, we start afresh.' })
      },
    ),
  ]
}
