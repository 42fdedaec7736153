import { nextWord } from '../../core/command/line.ts'
import { UsageError } from '../../core/errors.ts'
import { type Address, channelIdSchema } from '../../core/message/address.ts'
import { misfireSchema, overlapSchema, ownerOf, policySchema, type Schedule } from '../../core/schedule/schedule.ts'
import { readWhen, splitWhen } from '../../core/schedule/when.ts'
import type { Bilingual } from '../../core/text/lang.ts'
import { sentences } from '../schedules/sentences.ts'
import { scheduleLine, scheduleText } from '../schedules/telling.ts'
import { argument, type Builtin, type BuiltinCall, type BuiltinPorts, builtin } from './builtin.ts'

const SHOWN = 30

/** Commands that come again and again, looked at and changed from the chat: everybody their own, administrators all. */
export function scheduleBuiltins({ schedules: control, timeZone }: BuiltinPorts): Builtin[] {
  async function list(call: BuiltinCall, all: boolean): Promise<string> {
    const isAll = all && call.access.isAdmin(call.message)
    const found = await control.list(isAll ? undefined : call.me)
    if (found.length === 0) return call.pick(words.none)
    const lines = found.slice(0, SHOWN).map((schedule) => {
      return `${scheduleLine(schedule, call.pick)}${isAll ? ` · ${ownerOf(schedule)}` : ''}`
    })
    if (found.length > SHOWN) lines.push(call.pick(words.more(found.length - SHOWN)))
    return lines.join('\n')
  }

  async function add(line: string, call: BuiltinCall): Promise<string> {
    const { message, args } = call
    const { when, text } = whenAndText(line)
    if (when === '') throw new UsageError(call.pick(words.howTo))
    if (readWhen(when) === undefined) throw new UsageError(call.pick(sentences.unreadable(when)))
    if (text === '') throw new UsageError(call.pick(words.whatToRun(when)))
    const { replyTo: _, ...here } = message.from
    const policy = policyOf(call)
    const made = await control.add(
      {
        ...policy,
        when,
        timeZone: typeof args.zone === 'string' ? args.zone : timeZone,
        text,
        owner: { id: message.sender.id, name: message.sender.name },
        askedIn: here,
        to: typeof args.to === 'string' ? placeOf(args.to, here, call) : here,
        lang: message.lang,
        source: 'chat',
      },
      message.id,
      call.me,
    )
    if ('refused' in made) throw new UsageError(call.pick(made.refused))
    const { schedule } = made
    return `${call.pick(words.added)}\n${scheduleText(schedule, control.next(schedule), call.pick)}`
  }

  /** As the first attempt found it. */
  async function find(given: string, call: BuiltinCall): Promise<Schedule> {
    return call.once('schedule', () => findNow(given, call))
  }

  async function findNow(given: string, call: BuiltinCall): Promise<Schedule> {
    const number = given.normalize('NFKC').trim().replace(/^#/, '')
    const found = /^\d{1,15}$/.test(number) ? await control.find(Number(number)) : undefined
    // Another person's and one that is not there look the same from outside.
    if (found === undefined || (ownerOf(found) !== call.me && !call.access.isAdmin(call.message))) {
      throw new UsageError(call.pick(words.noSuch(number)))
    }
    return found
  }

  const acts: Readonly<Record<Act, (schedule: Schedule, call: BuiltinCall) => Promise<string>>> = {
    show: async (schedule, call) => scheduleText(schedule, control.next(schedule), call.pick),
    async pause(schedule, call) {
      const paused = await control.pause(schedule, call.me)
      return call.pick(paused === undefined ? words.gone : words.paused(schedule.number))
    },
    async resume(schedule, call) {
      const resumed = await control.resume(schedule, call.me)
      if (resumed === undefined) return call.pick(words.gone)
      return `${call.pick(words.resumed(schedule.number))}\n${scheduleText(resumed, control.next(resumed), call.pick)}`
    },
    async remove(schedule, call) {
      const removed = await control.remove(schedule, call.me)
      if (typeof removed === 'object') throw new UsageError(call.pick(removed.refused))
      // It was there: whether this attempt has removed it, an earlier one or somebody else.
      return call.pick(words.removed(schedule.number))
    },
    async run(schedule, call) {
      const ran = await control.run(schedule, call.message.id, call.me)
      if ('refused' in ran) throw new UsageError(call.pick(ran.refused))
      return call.pick(words.ran(schedule.number))
    },
  }

  return [
    builtin(
      'schedule',
      {
        zh: '定时任务：add、list、show、pause、resume、remove、run',
        en: 'Schedules: add, list, show, pause, resume, remove, run',
      },
      [
        argument('action', { optional: true }),
        argument('what', { optional: true, rest: true }),
        argument('to', { optional: true, named: true }),
        argument('zone', { optional: true, named: true }),
        argument('misfire', { optional: true, named: true, choices: misfireSchema.options }),
        argument('overlap', { optional: true, named: true, choices: overlapSchema.options }),
        argument('pause-after', { optional: true, named: true }),
      ],
      async (call) => {
        const [first, what] = [textOf(call.args.action), textOf(call.args.what)]
        const action = actionOf(first)
        if (action === 'list') return list(call, ['all', '全部'].includes(what.trim()))
        if (action === 'add') return add(what, call)
        // Without its word: a time says what is meant.
        if (action === undefined) return add(/\s/.test(first) ? `"${first}" ${what}` : `${first} ${what}`, call)
        return acts[action](await find(what, call), call)
      },
      ['定时'],
    ),
  ]
}

type Act = 'show' | 'pause' | 'resume' | 'remove' | 'run'

const actions: Readonly<Record<string, Act | 'add' | 'list'>> = {
  '': 'list',
  list: 'list',
  列表: 'list',
  add: 'add',
  添加: 'add',
  新建: 'add',
  show: 'show',
  查看: 'show',
  pause: 'pause',
  暂停: 'pause',
  resume: 'resume',
  恢复: 'resume',
  继续: 'resume',
  remove: 'remove',
  删除: 'remove',
  run: 'run',
  运行: 'run',
}

function actionOf(word: string): Act | 'add' | 'list' | undefined {
  const name = word.toLowerCase()
  return Object.hasOwn(actions, name) ? actions[name] : undefined
}

/**
 * A time in quotes and what follows, or the longest beginning that can be read as a time. What stands for a time and is
 * none comes back as one.
 */
function whenAndText(line: string): { when: string; text: string } {
  const first = nextWord(line, 0)
  if (first === undefined) return { when: '', text: '' }
  if (first.quoted && first.unclosed === undefined) return { when: first.text, text: line.slice(first.end).trimStart() }
  const split = splitWhen(line)
  if (split !== undefined) return { when: split.when, text: split.rest }
  return { when: line.split('\n', 1)[0] ?? '', text: '' }
}

function policyOf({ args, pick }: BuiltinCall) {
  const given = textOf(args['pause-after'])
  const pauseAfter = given === '' ? undefined : Number(given)
  const read = policySchema.safeParse({ misfire: args.misfire, overlap: args.overlap, pauseAfter })
  // Choices were checked when the arguments were read.
  if (!read.success) throw new UsageError(pick(words.noCount))
  return read.data
}

/** `group:wecom:wrkSF…` a group, `wecom:lisi` a person's own chat; without a channel, on this one. */
function placeOf(given: string, here: Address, { pick }: BuiltinCall): Address {
  const { isGroup, rest } = given.startsWith('group:')
    ? { isGroup: true, rest: given.slice('group:'.length) }
    : { isGroup: false, rest: given }
  const colon = rest.indexOf(':')
  const channel = colon < 0 ? here.channel : rest.slice(0, colon)
  const chat = rest.slice(colon + 1)
  if (!channelIdSchema.safeParse(channel).success || chat === '') throw new UsageError(pick(sentences.noChannel(given)))
  const account = channel === here.channel ? here.account : undefined
  return { channel, chat, chatKind: isGroup ? 'group' : 'private', account }
}

function textOf(value: string | boolean | undefined): string {
  return typeof value === 'string' ? value : ''
}

const example = {
  zh: 'schedule add "每个工作日 9:00" demo echo 早上好',
  en: 'schedule add "every weekday 9:00" demo echo good morning',
}

const words = {
  none: {
    zh: `还没有定时任务。这样新建：${example.zh}`,
    en: `No schedules yet. This makes one: ${example.en}`,
  },
  more: (count: number): Bilingual => ({ zh: `……还有 ${count} 个`, en: `… and ${count} more` }),
  howTo: {
    zh: `什么时候、做什么？例如：${example.zh}`,
    en: `When, and what? For example: ${example.en}`,
  },
  whatToRun: (when: string): Bilingual => ({
    zh: `“${when}”做什么？把命令写在时间后面，例如：${example.zh}`,
    en: `What is to be done ${when}? Write the command behind the time, like this: ${example.en}`,
  }),
  noCount: { zh: '--pause-after 是 1 到 100 的整数。', en: '--pause-after is a whole number from 1 to 100.' },
  added: { zh: '已添加。', en: 'Added.' },
  noSuch: (number: string): Bilingual => ({
    zh: `没有你的定时 ${number}。发送 schedule list 查看。`,
    en: `You have no schedule ${number}. Send "schedule list" to see yours.`,
  }),
  gone: { zh: '它已经被删除了。', en: 'It was removed already.' },
  paused: (number: number): Bilingual => ({
    zh: `定时 ${number} 已暂停。发送 schedule resume ${number} 继续。`,
    en: `Schedule ${number} is paused. Send "schedule resume ${number}" to go on.`,
  }),
  resumed: (number: number): Bilingual => ({ zh: `定时 ${number} 继续。`, en: `Schedule ${number} goes on.` }),
  removed: (number: number): Bilingual => ({ zh: `定时 ${number} 已删除。`, en: `Schedule ${number} is removed.` }),
  ran: (number: number): Bilingual => ({
    zh: `定时 ${number} 现在运行一次。`,
    en: `Schedule ${number} runs once now.`,
  }),
}
