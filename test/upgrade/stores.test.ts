import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ListedSchedule } from '../../src/dashboard/api/shapes.ts'
import { allRuns, detailsOf } from '../promises/books.ts'
import { aPlace, storeKinds } from '../promises/place.ts'
import { until } from '../promises/work.ts'

const fixtures = join(import.meta.dirname, '../fixtures/stores')
const env = { HUITOU_CONFIG: join(fixtures, 'huitou.yaml'), SCENE_DIRS: `${join(fixtures, 'scenes')},src/scenes` }

/** Left by a process that was killed: each state that a task can be in, and what people had set. */
describe.each(storeKinds)('on the %s store of 0.1.0', (kind) => {
  test('what was done is known, what was under way or waits comes to its end, and what people had set holds', {
    timeout: 120_000,
  }, async ({ skip }) => {
    const place = await aPlace(kind, { storeOf: '0.1.0' })
    if (place === undefined) return skip('NOT TESTED: no redis-server')
    const { simulator } = place
    const huitou = await place.start({ env })
    const runs = await allRuns(huitou)
    const of = (command: string) => runs.find((run) => run.command === command) ?? expect.fail(`no run of ${command}`)
    expect(of('demo echo')).toMatchObject({ state: 'done', text: 'demo echo 你好', number: 1 })
    expect(of('demo fail')).toMatchObject({ state: 'failed', number: 2 })
    const [echoed] = await detailsOf(huitou, [of('demo echo').id])
    expect(echoed?.deliveries).toMatchObject([{ state: 'sent' }])
    expect(echoed?.timeline.map(({ kind: event }) => event)).toContain('received')

    // What slept wakes, what ran goes on where it was, what nobody had begun is begun.
    const ended = async (command: string) => {
      const { id } = of(command)
      await until(async () => (await detailsOf(huitou, [id]))[0]?.endedAt !== undefined, 60_000, `${command} ends`)
      return (await detailsOf(huitou, [id]))[0]
    }
    expect(await ended('kept nap')).toMatchObject({ state: 'done' })
    expect(await ended('kept fan')).toMatchObject({ state: 'done', fans: [{ count: 3, done: 3 }] })
    const walk = await ended('kept walk')
    expect(walk?.state).toBe('done')
    const steps = walk?.timeline.filter(({ kind: event }) => event === 'step').map(({ text }) => text)
    expect(steps).toEqual(['one', 'two', 'three'])
    for (const command of ['kept nap', 'kept fan', 'kept walk']) {
      const { id } = of(command)
      const isSaid = async () =>
        (await detailsOf(huitou, [id]))[0]?.deliveries.some(({ state }) => state === 'sent') ?? false
      await until(isSaid, 30_000, `the answer to ${command} is sent`)
    }
    for (const number of [1, 2, 3])
      await simulator.waitFor(({ to, text }) => to === `member-${number}` && text.includes('醒了'), 30_000)

    // Who was asked may still answer, by the number that they were told.
    await simulator.say('zhangsan', `approve ${of('kept book').number}`)
    await simulator.waitFor(({ text }) => text === 'booked for 100 by wecom:zhangsan', 30_000)
    await simulator.say('zhangsan', `answer ${of('kept ask').number} Peking`)
    await simulator.waitFor(({ text }) => text === 'to Peking', 30_000)

    // Language, grant, schedule, and the count of tasks.
    const whoami = await simulator.say('lisi', 'act_demo setup a b')
    expect(whoami.reply?.content).toMatch(/setup|a.*b/)
    const { grants } = (await (await huitou.api('/api/grants')).json()) as { grants: object[] }
    expect(grants).toEqual(
      expect.arrayContaining([expect.objectContaining({ subject: 'wecom:lisi', scene: 'act_demo' })]),
    )
    const { schedules } = (await (await huitou.api('/api/schedules')).json()) as { schedules: ListedSchedule[] }
    expect(schedules).toHaveLength(1)
    expect((await simulator.say('lisi', 'nothing of the kind')).reply?.content).toMatch(/There is no command/)
    const numbers = (await allRuns(huitou)).map(({ number }) => number)
    expect(new Set(numbers).size).toBe(numbers.length)
  })
})
