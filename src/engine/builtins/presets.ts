import { UsageError } from '../../core/errors.ts'
import { DEFAULT_PRESET, type Preset } from '../../core/model/preset.ts'
import { inLang } from '../../core/text/lang.ts'
import { conversationOf } from '../llm/converse.ts'
import { sentences } from '../people/sentences.ts'
import { argument, type Builtin, type BuiltinCall, type BuiltinPorts, builtin } from './builtin.ts'

/** What is granted to those who may change the preset of a conversation that a whole group shares. */
export const PRESET_RIGHT = { scene: 'preset', command: 'use' } as const

/**
 * Who the model is in this conversation. Everybody chooses for their own; for one that is shared it takes an
 * administrator or a grant.
 */
export function presetBuiltins({ presets, memory, admins, store, now }: BuiltinPorts): Builtin[] {
  const titleOf = ({ name, title }: Preset, call: BuiltinCall): string => {
    const shown = title && inLang(call.lang, title)
    if (shown === undefined || shown === name) return name
    return call.pick({ zh: `${name}（${shown}）`, en: `${name} (${shown})` })
  }

  async function current(call: BuiltinCall): Promise<string> {
    const conversation = conversationOf(call.message.from, call.me, memory)
    const [preset, chosen] = await Promise.all([
      presets.of(call.message.from, conversation),
      presets.chosen(conversation),
    ])
    const how = preset !== undefined && preset.name === chosen ? '' : call.pick({ zh: '，默认', en: ', by default' })
    const name = preset === undefined ? call.pick({ zh: '无', en: 'none' }) : titleOf(preset, call)
    return call.pick({
      zh: `人设：${name}${how}\n发送 preset list 查看全部，preset use <名字> 更换。`,
      en: `Preset: ${name}${how}\nSend "preset list" for all of them, "preset use <name>" to change it.`,
    })
  }

  async function list(call: BuiltinCall): Promise<string> {
    const { from } = call.message
    const [all, now] = await Promise.all([presets.list(), presets.of(from, conversationOf(from, call.me, memory))])
    if (all.length === 0) return call.pick({ zh: '还没有人设。', en: 'There are no presets yet.' })
    const lines = all.map((preset) => `${preset.name === now?.name ? '●' : '○'} ${titleOf(preset, call)}`)
    return [
      ...lines,
      call.pick({ zh: `preset use ${DEFAULT_PRESET} 恢复默认`, en: `preset use ${DEFAULT_PRESET}: the default again` }),
    ].join('\n')
  }

  async function use(given: string, call: BuiltinCall): Promise<string> {
    const { from } = call.message
    const isShared = from.chatKind === 'group' && memory === 'chat'
    if (isShared && !(await call.access.mayUse(call.message, PRESET_RIGHT.scene, PRESET_RIGHT.command))) {
      throw new UsageError(call.pick(sentences.notGranted('preset use', call.me, admins)))
    }
    const isDefault = given.toLowerCase() === DEFAULT_PRESET || given === '默认'
    const preset = isDefault ? undefined : await named(given)
    if (preset === undefined && !isDefault) {
      throw new UsageError(
        call.pick({
          zh: `没有人设“${given}”。发送 preset list 查看全部。`,
          en: `There is no preset "${given}". Send "preset list" for all of them.`,
        }),
      )
    }
    const conversation = conversationOf(from, call.me, memory)
    await call.once('chosen', async () => {
      await presets.choose(conversation, preset?.name)
      const what = `preset ${preset?.name ?? DEFAULT_PRESET} in ${from.channel}:${from.chat}`
      if (isShared) await store.grants.record({ at: now(), by: call.me, what })
      return true
    })
    const whose = isShared ? { zh: '本群', en: ' in this group' } : { zh: '', en: '' }
    if (preset === undefined) {
      return call.pick({ zh: `好的，${whose.zh}恢复默认人设。`, en: `All right, the default preset again${whose.en}.` })
    }
    const title = titleOf(preset, call)
    return call.pick({ zh: `好的，${whose.zh}现在是 ${title}。`, en: `All right, from now on ${title}${whose.en}.` })
  }

  /** By its name, or by a title in either language. */
  async function named(given: string): Promise<Preset | undefined> {
    const sought = given.toLowerCase()
    const all = await presets.list()
    return (
      all.find(({ name }) => name === sought) ??
      all.find(({ title }) => title?.zh.toLowerCase() === sought || title?.en.toLowerCase() === sought)
    )
  }

  return [
    builtin(
      'preset',
      { zh: '大模型的人设：查看、更换', en: 'Who the model is: look, choose' },
      [
        argument('action', { optional: true, choices: ['list', 'use'] }),
        argument('name', { optional: true, rest: true }),
      ],
      async (call) => {
        const name = typeof call.args.name === 'string' ? call.args.name.trim() : ''
        if (call.args.action === 'use' && name !== '') return use(name, call)
        return call.args.action === undefined ? current(call) : list(call)
      },
      ['人设'],
    ),
  ]
}
