import { type Content, defineCommand, defineScene, type Message, NotApprovedError, refuse, text, z } from '#scene'

/*
 * Keeping a group. The first commands are for people, who need a grant for them; the last ones are called by what
 * happens in the group, as the rules in the config file say.
 */

const minutesMs = 60_000
const decidedWithinMs = 3 * 24 * 3_600_000

interface GroupRequest {
  message: Message
  pick(text: { zh: string; en: string }): string
}

/** Whom a command is about: who is mentioned, else the number that was written. */
function personIn({ message, pick }: GroupRequest, given: string | undefined): string {
  if (message.from.chatKind !== 'group')
    refuse(pick({ zh: '这个命令只能在群里用。', en: 'This command is for groups.' }))
  const mentioned = message.parts.find((part) => part.kind === 'mention')
  const person = mentioned?.person ?? given?.replace(/^@/, '')
  if (person === undefined || !/^\d{5,12}$/.test(person))
    return refuse(pick({ zh: '请 @ 一个群成员，或写出号码。', en: 'Mention a member, or write their number.' }))
  if (person === message.from.account) refuse(pick({ zh: '不能对机器人自己这样做。', en: 'Not to the bot itself.' }))
  return person
}

function named(person: string, ...rest: string[]): Content {
  return [{ kind: 'mention', person }, text(rest.join(''))]
}

const who = z.string().optional().describe('@…')

/** What a request to join brings; the rule in the config file has decided, or leaves it to somebody. */
const requestSchema = z.object({
  request: z.record(z.string(), z.string()),
  comment: z.string(),
  decision: z.enum(['approve', 'reject', 'ask']),
  reason: z.string().optional(),
  group: z.string().optional(),
})
const filteredSchema = z.object({
  messageId: z.string(),
  word: z.string(),
  do: z.array(z.enum(['recall', 'mute', 'kick'])),
  muteMs: z.number(),
  say: z.string().optional(),
})
const welcomeSchema = z.object({ text: z.string() })
const floodedSchema = z.object({ muteMs: z.number() })

function happened<Data>({ parts }: Message, schema: z.ZodType<Data>): { name: string; data: Data } {
  const event = parts.find((part) => part.kind === 'event')
  return { name: event?.name ?? '', data: schema.parse(event?.data) }
}

const none = z.object({})

export default defineScene({
  name: 'group',
  summary: { zh: '群管理', en: 'Keeping a group' },
  commands: {
    mute: defineCommand({
      summary: { zh: '禁言群成员', en: 'Mutes a member' },
      args: z.object({ minutes: z.coerce.number().positive().max(43_200).default(10), who }),
      aliases: ['禁言'],
      example: '禁言 10 @张三',
      async run({ args, act, message, pick }) {
        const person = personIn({ message, pick }, args.who)
        await act({ kind: 'mute', person, forMs: args.minutes * minutesMs })
        return named(person, pick({ zh: ` 已禁言 ${args.minutes} 分钟。`, en: ` is muted for ${args.minutes} min.` }))
      },
    }),
    unmute: defineCommand({
      summary: { zh: '解除禁言', en: 'Lifts a mute' },
      args: z.object({ who }),
      aliases: ['解除禁言'],
      async run({ args, act, message, pick }) {
        const person = personIn({ message, pick }, args.who)
        await act({ kind: 'mute', person, forMs: 0 })
        return named(person, pick({ zh: ' 可以说话了。', en: ' may speak again.' }))
      },
    }),
    silence: defineCommand({
      summary: { zh: '全员禁言，或解除', en: 'Mutes the whole group, or lifts that' },
      args: z.object({ state: z.enum(['on', 'off']).default('on') }),
      async run({ args, act, message, pick }) {
        if (message.from.chatKind !== 'group')
          refuse(pick({ zh: '这个命令只能在群里用。', en: 'This command is for groups.' }))
        await act({ kind: 'mute-all', isMuted: args.state === 'on' })
        return args.state === 'on'
          ? pick({ zh: '已开启全员禁言。', en: 'The group is silent now.' })
          : pick({ zh: '已解除全员禁言。', en: 'The group may speak again.' })
      },
    }),
    kick: defineCommand({
      summary: { zh: '移出群', en: 'Removes a member' },
      args: z.object({ forever: z.boolean().default(false), who }),
      async run({ args, act, message, pick }) {
        const person = personIn({ message, pick }, args.who)
        await act({ kind: 'kick', person, forGood: args.forever })
        return pick({ zh: `已将 ${person} 移出本群。`, en: `${person} was removed.` })
      },
    }),
    recall: defineCommand({
      summary: { zh: '撤回被回复的消息', en: 'Takes back the message this one replies to' },
      args: none,
      aliases: ['撤回'],
      async run({ act, message, pick }) {
        const quoted = message.parts.find((part) => part.kind === 'quote')
        if (quoted?.messageId === undefined)
          return refuse(pick({ zh: '请回复要撤回的那条消息。', en: 'Reply to the message that should go.' }))
        await act({ kind: 'recall', messageId: quoted.messageId })
        return pick({ zh: '已撤回。', en: 'It is gone.' })
      },
    }),
    card: defineCommand({
      summary: { zh: '设置群名片，不写内容则清除', en: 'Sets a name in the group; nothing takes it away' },
      args: z.object({ name: z.string().max(60).default('') }),
      example: 'group card 前端组 @张三',
      async run({ args, act, message, pick }) {
        const person = personIn({ message, pick }, undefined)
        await act({ kind: 'set-card', person, card: args.name })
        return named(person, pick({ zh: ' 的群名片改好了。', en: ' has a new name here.' }))
      },
    }),
    title: defineCommand({
      summary: { zh: '设置专属头衔，不写内容则清除', en: 'Sets a title; nothing takes it away' },
      args: z.object({ title: z.string().max(18).default('') }),
      async run({ args, act, message, pick }) {
        const person = personIn({ message, pick }, undefined)
        await act({ kind: 'set-title', person, title: args.title })
        return named(person, pick({ zh: ' 的头衔改好了。', en: ' has a new title.' }))
      },
    }),

    welcome: defineCommand({
      summary: { zh: '欢迎新成员', en: 'Welcomes who joins' },
      args: none,
      triggers: [{ event: 'welcome' }],
      run: ({ message }) => named(message.sender.id, ' ', happened(message, welcomeSchema).data.text),
    }),
    requests: defineCommand({
      summary: { zh: '处理入群、好友申请和入群邀请', en: 'Answers requests to join, to be friends, and invitations' },
      args: none,
      lane: 'long',
      triggers: [{ event: 'join-request' }, { event: 'friend-request' }, { event: 'group-invite' }],
      async run({ message, act, approve, log, pick, taskNumber }) {
        const { name, data } = happened(message, requestSchema)
        const { request, comment, decision, reason } = data
        const answer = (isApproved: boolean, note?: string): Promise<void> =>
          act({ kind: 'answer-request', request, isApproved, note })
        if (decision !== 'ask') {
          log(`${name} of ${message.sender.id}: ${decision}, as the rule says`)
          return answer(decision === 'approve', reason)
        }
        const what = {
          'friend-request': pick({ zh: '想加机器人为好友', en: 'wants to be a friend of the bot' }),
          'group-invite': pick({
            zh: `邀请机器人加入群 ${data.group}`,
            en: `invites the bot into group ${data.group}`,
          }),
        }[name]
        const wants = what ?? pick({ zh: '申请入群', en: 'asks to join' })
        const question = `${message.sender.id} ${wants}${comment === '' ? '' : `\n${comment}`}`
        try {
          await approve('request', { by: 'group.requests', withinMs: decidedWithinMs, question })
        } catch (error) {
          if (!(error instanceof NotApprovedError)) throw error
          log(`#${taskNumber}: ${error.by.length > 0 ? `rejected by ${error.by.join()}` : 'nobody decided'}`)
          if (error.by.length > 0) await answer(false, error.note ?? reason)
          return
        }
        await answer(true)
      },
    }),
    filtered: defineCommand({
      summary: { zh: '处理不许说的话', en: 'Acts on words that may not be said' },
      args: none,
      triggers: [{ event: 'word-filtered' }],
      async run({ message, act, step, log }) {
        const { data } = happened(message, filteredSchema)
        const person = message.sender.id
        log(`${person} said "${data.word}": ${data.do.join(', ')}`)
        for (const what of data.do) {
          await step(what, async () => {
            if (what === 'recall') await act({ kind: 'recall', messageId: data.messageId })
            else if (what === 'mute') await act({ kind: 'mute', person, forMs: data.muteMs })
            else await act({ kind: 'kick', person })
          })
        }
        return data.say === undefined ? undefined : named(person, ' ', data.say)
      },
    }),
    flooded: defineCommand({
      summary: { zh: '处理刷屏', en: 'Acts on who says too much at once' },
      args: none,
      triggers: [{ event: 'flooded' }],
      async run({ message, act, pick }) {
        const { muteMs } = happened(message, floodedSchema).data
        const person = message.sender.id
        await act({ kind: 'mute', person, forMs: muteMs })
        const seconds = Math.round(muteMs / 1_000)
        return named(
          person,
          pick({ zh: ` 说得太快了，禁言 ${seconds} 秒。`, en: ` was too fast: muted for ${seconds} s.` }),
        )
      },
    }),
  },
})
