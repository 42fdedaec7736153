import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isAlive } from '../fakes/is-alive.ts'
import { type Company, numberIn, openCompany } from './company.ts'
import { tell, until } from './work.ts'

let company: Company
beforeAll(async () => {
  const opened = await openCompany({
    env: { SCENE_DIRS: 'test/fixtures/scenes,src/scenes' },
    config: { lanes: { cpu: { concurrency: 1, memoryMb: 64 } }, limits: { graceMs: 500 } },
  })
  if (opened === undefined) throw new Error('the embedded store needs nothing')
  company = opened
})
afterAll(() => company?.close())

/** What the member was told last about this task, on whichever way it came. */
async function toldOf(person: string, text: RegExp): Promise<string> {
  return (await company.wecom.waitFor((entry) => entry.to === person && text.test(entry.text), 30_000)).text
}

test('a command of the cpu lane that obeys nothing is killed, and the next one runs', async () => {
  const { msgId } = await company.wecom.say('zhangsan', 'trouble spin 30')
  const pid = Number(/\d+/.exec(await toldOf('zhangsan', /^pid/))?.[0])
  expect(pid).not.toBe(company.huitou.pid)
  expect(isAlive(pid)).toBe(true)

  const task = await company.ended(msgId)
  expect(task).toMatchObject({ state: 'failed', why: 'timed out after 2 s' })
  expect((task.endedAt ?? 0) - (task.startedAt ?? 0)).toBeLessThan(10_000)
  await until(() => !isAlive(pid), 5_000, 'the end of its process')
  expect(await toldOf('zhangsan', /时限/)).toBe(`#${task.number} 超过了 2 秒的时限，已停止。`)

  const next = await company.wecom.say('zhangsan', 'demo spin 0')
  expect((await company.ended(next.msgId)).state).toBe('done')
})

test('a cancel of a command that obeys nothing ends it at once and its process after the grace', async () => {
  const asked = await company.wecom.say('wangwu', 'trouble busy 30')
  const pid = Number(/\d+/.exec(await toldOf('wangwu', /^pid/))?.[0])
  const cancelledAt = Date.now()
  await company.wecom.say('wangwu', `cancel ${numberIn(asked.reply?.content)}`)
  const { state, endedAt = 0 } = await company.ended(asked.msgId)
  expect(state).toBe('cancelled')
  expect(endedAt - cancelledAt).toBeLessThan(1_000)
  await until(() => !isAlive(pid), 5_000, 'the end of its process')
  await until(async () => (await company.running('cpu')) === 0, 5_000, 'a free slot')
})

test('a command that uses up its memory ends alone', async () => {
  const { msgId } = await company.wecom.say('lisi', 'trouble fill')
  const task = await company.ended(msgId, 60_000)
  expect(task.state).toBe('failed')
  expect(await toldOf('lisi', /内存/)).toBe(`#${task.number} 用完了它可用的内存，已停止。`)
  const next = await company.wecom.say('lisi', 'demo spin 0')
  expect((await company.ended(next.msgId)).state).toBe('done')
})

test("commands that never return, block, throw, exit or return rubbish leave other people's answers alone", async () => {
  // The first ones start the slots.
  await echoing(20, 'warm')
  const alone = await echoing(40, 'alone')
  const troubles = ['never', 'block 30', 'throw', 'stray', 'exit', 'rubbish']
  const asked = troubles.map(async (trouble, index) => {
    const person = `trouble-${index}`
    const { msgId } = await company.wecom.say(person, `trouble ${trouble}`)
    return { person, task: await company.ended(msgId) }
  })
  const beside = await echoing(80, 'beside')
  expect(beside.answers).toEqual(Array.from({ length: 80 }, (_, index) => `beside ${index}`))
  tell({ echoAloneP99Ms: alone.p99Ms, echoBesideP99Ms: beside.p99Ms })
  // Nowhere near the 30 s that one of the others sits on its slot, on a busy machine too.
  expect(beside.p99Ms).toBeLessThan(10_000)

  for (const { person, task } of await Promise.all(asked)) {
    expect(task.state).toBe('failed')
    const told = await toldOf(person, new RegExp(`^#${task.number} `))
    const how = /never|block/.test(task.text)
      ? /超过了 2 秒的时限/
      : /exit/.test(task.text)
        ? /自己崩溃或退出了（试了 1 次）/
        : /出错了（试了 1 次）/
    expect(told).toMatch(how)
  }
  await until(async () => (await company.running('short')) === 0, 10_000, 'free slots')
  expect((await company.wecom.say('zhangsan', 'demo echo 还在')).status).toBe(200)
})

/** Open loop: one message each 50 ms from one of four people, whatever became of those before. */
async function echoing(count: number, word: string): Promise<{ answers: (string | undefined)[]; p99Ms: number }> {
  const startedAt = performance.now()
  const sent: Promise<{ text: string; ms: number }>[] = []
  for (let index = 0; index < count; index++) {
    await wait(Math.max(0, startedAt + index * 50 - performance.now()))
    sent.push(echo(`echo-${index % 4}`, `${word} ${index}`))
  }
  const all = await Promise.all(sent)
  const times = all.map(({ ms }) => ms).toSorted((one, other) => one - other)
  return { answers: all.map(({ text }) => text), p99Ms: Math.round(times[Math.ceil(times.length * 0.99) - 1] ?? 0) }
}

async function echo(person: string, text: string): Promise<{ text: string; ms: number }> {
  const startedAt = performance.now()
  void company.wecom.say(person, `demo echo ${text}`)
  const entry = await company.wecom.waitFor((seen) => seen.to === person && seen.text === text, 30_000)
  return { text: entry.text, ms: performance.now() - startedAt }
}
