/**
 * `node test/upgrade/make-store.ts <checkout> <version>`: has the Huitou of another checkout begin all that can be under way, kills it, and puts the stores that it
 * leaves into test/fixtures/stores/. Run once a release.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Redis } from 'ioredis'
import { startWecomSimulator } from '../../src/simulators/wecom/index.ts'
import { startHuitou } from '../fakes/huitou.ts'
import { startRedisServer } from '../fakes/redis-server.ts'
import { detailsOf } from '../promises/books.ts'
import { until } from '../promises/work.ts'
import { pack } from './packed.ts'

const [checkout, version] = process.argv.slice(2)
if (checkout === undefined || version === undefined) throw new Error('usage: make-store.ts <checkout> <version>')
const fixtures = resolve(import.meta.dirname, '../fixtures/stores')
mkdirSync(fixtures, { recursive: true })

for (const kind of ['embedded', 'redis'] as const) {
  const redis = kind === 'redis' ? await startRedisServer() : undefined
  const dataDir = mkdtempSync(join(tmpdir(), 'huitou-make-'))
  const simulator = await startWecomSimulator()
  const env = { HUITOU_CONFIG: join(fixtures, 'huitou.yaml'), SCENE_DIRS: `${join(fixtures, 'scenes')},src/scenes` }
  const huitou = await startHuitou({ dataDir, redisUrl: redis?.url, simulator, cwd: resolve(checkout), env })
  const say = async (person: string, text: string) => `wecom-${(await simulator.say(person, text)).msgId}`
  const is = (id: string, isSo: (task: Awaited<ReturnType<typeof detailsOf>>[number]) => boolean) =>
    until(async () => (await detailsOf(huitou, [id]).catch(() => [])).some(isSo), 180_000, `${id} comes so far`)

  await is(await say('zhangsan', 'demo echo 你好'), ({ state }) => state === 'done')
  await is(await say('zhangsan', 'demo fail 9'), ({ state }) => state === 'failed')
  await say('lisi', 'lang en')
  await say('lisi', 'schedule add "every day 9:00" demo echo morning')
  const granted = { subject: 'wecom:lisi', scene: 'act_demo' }
  const put = await huitou.api('/api/grants', { method: 'PUT', body: JSON.stringify(granted) })
  if (!put.ok) throw new Error(`no grant: ${put.status}`)
  for (const what of ['book', 'ask', 'fan', 'nap'])
    await is(await say('zhangsan', `kept ${what}`), ({ waits, fans }) =>
      what === 'fan' ? fans?.[0]?.underWay.length === 3 : waits?.length === 1,
    )
  simulator.misbehave({ path: '/cgi-bin/message/send', answer: -1 })
  const walking = await say('wangwu', 'kept walk')
  await is(walking, ({ timeline }) => timeline.some(({ kind, text }) => kind === 'step' && text === 'one'))
  // Nobody has begun these when the process dies: the lane is full.
  for (const number of [1, 2, 3]) await say(`member-${number}`, 'demo sleep 1')
  await huitou.kill9()
  await simulator.close()

  if (redis === undefined) {
    rmSync(join(dataDir, 'store/lock'), { force: true })
    writeFileSync(
      join(fixtures, `${version}-embedded.tar.zst`),
      pack(execFileSync('tar', ['-C', dataDir, '-c', 'store'], { maxBuffer: 2 ** 30 })),
    )
  } else {
    const client = new Redis(redis.url)
    await client.save()
    const [, dir = ''] = (await client.config('GET', 'dir')) as string[]
    writeFileSync(join(fixtures, `${version}-redis.rdb.zst`), pack(readFileSync(join(dir, 'dump.rdb'))))
    client.disconnect()
    await redis.stop()
  }
  rmSync(dataDir, { recursive: true })
}
