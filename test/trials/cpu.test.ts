import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Company, numberIn, openCompany } from '../promises/company.ts'
import { tell, until } from '../promises/work.ts'

/** Commands of lane `cpu` that do harm, and one that harms nobody. */
const scene = (ledger: string) => `
import { spawn } from 'node:child_process'
import { appendFileSync, existsSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { defineCommand, defineScene, z } from '#scene'

const summary = { zh: '试', en: 'Try' }
const note = (line) => appendFileSync(${JSON.stringify(ledger)}, line + '\\n')
const never = new Promise(() => {})
const harm = (run, more = {}) =>
  defineCommand({ summary, args: z.object({}), lane: 'cpu', attempts: 1, timeoutMs: 60_000, run, ...more })
const work = (lane) => defineCommand({
  summary,
  args: z.object({ name: z.string(), until: z.string() }),
  lane,
  timeoutMs: 120_000,
  async run({ args, step, progress }) {
    for (let n = 1; n < 3 || !existsSync(args.until); n++) {
      await step('step-' + n, async () => { await wait(300); note(args.name) })
      progress(n)
    }
    return args.name + ' is fine'
  },
})

export default defineScene({
  name: 'lab',
  summary,
  commands: {
    cpu: work('cpu'),
    long: work('long'),
    short: work('short'),
    loop: harm(() => { for (;;); }, { timeoutMs: 1_000 }),
    heap: harm(() => { const all = []; for (;;) all.push(Array.from({ length: 100_000 }, (_, n) => ({ n }))) }),
    buffers: harm(() => { const all = []; while (all.length < 4_096) all.push(Buffer.alloc(1_048_576, 1)); return 'it was let' }),
    buffer: harm(() => String(Buffer.alloc(4 * 2 ** 30, 1).length)),
    exit: harm(() => process.exit()),
    program: harm(() => { spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' }); process.exit() }),
    abort: harm(() => process.abort()),
    reject: harm(async () => { Promise.reject(new Error('nobody looked')); await never }),
    segv: harm(async () => { process.kill(process.pid, 'SIGSEGV'); await never }),
    again: harm(() => process.exit(1), { attempts: 2 }),
    all: defineCommand({
      summary,
      args: z.object({}),
      lane: 'cpu',
      async run({ step, say, sleep, approve, progress, log, attempt }) {
        await step('first', () => note('first'))
        await say('half', 'half way')
        log('a line for operators')
        progress(50, 'half')
        await sleep('a moment', 300)
        const { by } = await approve('go', { question: 'Go on?' })
        const second = await step('second', () => { note('second'); return { attempt } })
        return 'went on, said ' + by.join() + ', attempt ' + second.attempt
      },
    }),
  },
})
`

let folder: string
let company: Company
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'huitou-cpu-'))
  await mkdir(join(folder, 'public'))
  await writeFile(join(folder, 'public', 'lab.ts'), scene(join(folder, 'ledger.txt')))
  const opened = await openCompany({
    config: {
      lanes: {
        cpu: { concurrency: 3, isolation: 'process', memoryMb: 128 },
        long: { concurrency: 8 },
        short: { concurrency: 9 },
      },
      limits: { graceMs: 500 },
    },
    env: { SCENE_DIRS: folder },
  })
  if (opened === undefined) throw new Error('the embedded store is everywhere')
  company = opened
})
afterAll(async () => {
  await company?.close()
  await rm(folder, { recursive: true, force: true })
})

const outOfMemory = /^#\d+ 用完了它可用的内存，已停止。$/
const crashed = /^#\d+ 的程序自己崩溃或退出了（试了 1 次），已停止。/

const harms = [
  ['an endless loop', 'loop', /^#\d+ 超过了 1 秒的时限，已停止。$/],
  ['4 GB of objects', 'heap', outOfMemory],
  ['4 GB of buffers', 'buffers', outOfMemory],
  ['one buffer of 4 GB', 'buffer', outOfMemory],
  ['process.exit()', 'exit', crashed],
  ['process.exit() while a program that it started holds its output', 'program', crashed],
  ['process.abort()', 'abort', crashed],
  ['a rejection that nobody handles', 'reject', /^#\d+ 出错了（试了 1 次）。/],
  ['a crash of native code', 'segv', crashed],
] as const

test.each(harms)(
  '%s harms nobody else, its person is told, and its slot is back',
  { timeout: 180_000 },
  async (_, harm, sentence) => {
    const { wecom, huitou, task, ended } = company
    const crowd = ['cpu', 'cpu', ...Array<string>(8).fill('long'), ...Array<string>(9).fill('short')]
    const names = crowd.map((_lane, n) => `${harm}-${n}`)
    const theEnd = join(folder, `${harm}.end`)
    const asked = await Promise.all(
      crowd.map((lane, n) => wecom.say(`${names[n]}`, `lab ${lane} ${names[n]} ${theEnd}`)),
    )
    // All of them are in the middle of their work, and stay there until that file is.
    const isAtWork = async () => {
      const seen = new Set((await readFile(join(folder, 'ledger.txt'), 'utf8').catch(() => '')).split('\n'))
      return names.every((name) => seen.has(name))
    }
    await until(isAtWork, 60_000, 'everybody works')
    const bad = await wecom.say('villain', `lab ${harm}`)
    // The lane is full: it can only begin in the slot that the bad one leaves.
    const next = await wecom.say('next', `lab cpu next ${theEnd}`)

    const { state, why, endedAt = 0, startedAt = 0 } = await ended(bad.msgId, 60_000)
    expect(state).toBe('failed')
    expect(why).not.toBe('')
    const told = await wecom.waitFor(
      ({ to, text }) => to === 'villain' && text.includes(`#${numberIn(bad.reply?.content)} `) && sentence.test(text),
      10_000,
    )
    await until(async () => (await task(next.msgId))?.startedAt !== undefined, 10_000, 'the next one begins')
    const { startedAt: nextAt = 0 } = (await task(next.msgId)) ?? {}
    tell({ harm, tookMs: endedAt - startedAt, slotBackMs: nextAt - endedAt, told: told.text, why: why?.split('\n')[0] })
    expect(nextAt).toBeGreaterThan(startedAt)
    expect(nextAt - endedAt).toBeLessThan(2_000)

    await writeFile(theEnd, '')
    const ends = await Promise.all(asked.map(({ msgId }) => ended(msgId, 60_000)))
    expect(ends.map((each) => [each.state, each.attempt])).toEqual(ends.map(() => ['done', 1]))
    for (const name of names) await wecom.waitFor(({ to, text }) => to === name && text === `${name} is fine`, 10_000)
    expect((await ended(next.msgId, 60_000)).state).toBe('done')
    // The operator's line, beside the task's own reason; a rejection is a failure of the command, with its stack.
    if (harm !== 'reject') {
      expect(
        huitou.log.filter(({ msg, taskId }) => msg === 'a host was lost' && taskId === `wecom-${bad.msgId}`),
      ).toHaveLength(1)
    }
  },
)

test('a crash is tried again as often as the command says', { timeout: 60_000 }, async () => {
  const asked = await company.wecom.say('again', 'lab again')
  const { state, attempt } = await company.ended(asked.msgId)
  expect({ state, attempt }).toEqual({ state: 'failed', attempt: 2 })
  await company.wecom.waitFor(({ to, text }) => to === 'again' && text.includes('（试了 2 次）'), 10_000)
})

test('steps, words, progress, sleep and approval work in a child process', { timeout: 60_000 }, async () => {
  const { wecom, ended, task } = company
  const asked = await wecom.say('zhangsan', 'lab all')
  await wecom.waitFor(({ to, text }) => to === 'zhangsan' && text.includes('Go on?'), 30_000)
  await until(async () => (await task(asked.msgId))?.waits?.length === 1, 10_000, 'it waits')
  await wecom.say('zhangsan', `approve ${numberIn(asked.reply?.content)}`)
  await wecom.waitFor(({ text }) => text === 'went on, said wecom:zhangsan, attempt 1', 30_000)
  const { timeline, progress } = await ended(asked.msgId)
  expect(progress).toMatchObject({ percent: 50, text: 'half' })
  expect(timeline.map(({ kind, text }) => [kind, text])).toEqual(
    expect.arrayContaining([
      ['log', 'a line for operators'],
      ['said', 'half'],
    ]),
  )
  expect(wecom.inboxOf('zhangsan').filter(({ text }) => text === 'half way')).toHaveLength(1)
  const lines = (await readFile(join(folder, 'ledger.txt'), 'utf8')).split('\n')
  expect(lines.filter((line) => line === 'first' || line === 'second')).toEqual(['first', 'second'])
})
