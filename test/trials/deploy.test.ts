import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Delivered, WecomSimulator } from '../../src/simulators/wecom/index.ts'
import { aCheckout } from '../fakes/checkout.ts'
import { aPlace, storeKinds } from '../promises/place.ts'
import { tell, until } from '../promises/work.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const SCENE = 'scenes/public/release.ts'
const EVERY_MS = 250
/** Enough of them, so that none is told more than the platform lets through in a minute. */
const PEOPLE = 50

/** Says which version answers. */
const scene = (version: string, work = '') => `
import { defineCommand, defineScene, z } from '#scene'
export default defineScene({
  name: 'release',
  summary: { zh: '版本', en: 'Release' },
  commands: {
    of: defineCommand({
      summary: { zh: '版本', en: 'Release' },
      args: z.object({ n: z.string() }),
      attempts: 1,
      async run({ args }) {
        ${work}
        return args.n + ' by ${version}'
      },
    }),
    pid: defineCommand({
      summary: { zh: '进程', en: 'Process' },
      args: z.object({ n: z.string() }),
      run: async ({ args }) => args.n + ' by ' + process.pid,
    }),
  },
})
`

describe.each(storeKinds)('on the %s store', (kind) => {
  test('a deploy changes the version without a lost message, and goes back by itself from a bad one', {
    timeout: 400_000,
  }, async ({ skip }) => {
    const place = await aPlace(kind, { apart: true, redeliverAfterMs: 1_500 })
    if (place === undefined) return skip('NOT TESTED: no redis-server')
    const { simulator, dataDir, redis } = place
    const { home, commit } = await aCheckout(dataDir, { [SCENE]: scene('one') })
    const env = { DATA_DIR: join(dataDir, 'kept') }
    const up = await place.start({ part: 'up', cwd: home, env })
    onTestFinished(() => void up.stop())
    const starts = () => up.log.filter(({ msg }) => msg === 'huitou is ready').length
    const deploy = (...words: string[]) =>
      deployIn(home, { ...env, ...(redis === undefined ? {} : { REDIS_URL: redis.url }) }, words)
    const answer = async (n: string, command = 'of') => {
      await simulator.say('lisi', `release ${command} ${n}`)
      return (await simulator.waitFor(({ text }) => text.startsWith(`${n} by `), 30_000)).text
    }
    expect(await answer('a')).toBe('a by one')

    // What its check refuses is not started, and stops nothing.
    await commit({ [SCENE]: 'export default {', 'config/huitou.yaml': 'lang: klingon\n' })
    expect(await deploy()).toMatch(/not deployed:[\s\S]*config\/huitou\.yaml:1/)
    await commit({ 'config/huitou.yaml': 'lang: zh\n' })
    expect(await deploy()).toMatch(/not deployed:[\s\S]*release\.ts/)
    expect(await readdir(join(home, 'releases'))).toEqual(['up.sock'])

    // What does not become ready leaves the old one, or puts it back.
    const talk = talking(simulator)
    const start = await readFile(join(root, 'src/app/start.ts'), 'utf8')
    const broken = start.replace('  await buildDashboard()\n', "  throw new Error('not today')\n")
    expect(broken).not.toBe(start)
    await commit({ [SCENE]: scene('two'), 'src/app/start.ts': broken })
    expect(await deploy()).toMatch(/not deployed: it ended \(code 1\) before it was ready/)
    expect(await answer('b')).toBe('b by one')

    // What is good takes its place, and stays.
    await commit({ 'src/app/start.ts': start })
    expect(await deploy('--watch', '0.05')).toMatch(/\ndeployed\n$/)
    expect(await answer('c')).toBe('c by two')
    const said = await talk.end()
    const answersTo = (text: string) => simulator.inbox.filter((seen) => seen.text.startsWith(`${text} by `))
    const unanswered = () => said.filter((text) => answersTo(text).length === 0)
    await until(
      () => unanswered().length === 0,
      30_000,
      () => `answers to ${unanswered()}`,
    )
    tell({ store: kind, messages: said.length, longestWaitMs: talk.longestWaitMs(), unheard: talk.unheard() })
    expect(talk.unheard()).toBe(0)
    expect(said.filter((text) => answersTo(text).length > 1)).toEqual([])

    // What comes up and then fails at its tasks is put back.
    await commit({ [SCENE]: scene('three', "throw new Error('worse')") })
    const before = starts()
    const deployed = deploy('--watch', '2')
    await until(() => starts() > before, 60_000, 'the third is ready')
    for (const n of ['d', 'e', 'f']) await simulator.say('lisi', `release of ${n}`)
    expect(await deployed).toMatch(/not deployed: 3 of \d attempts failed/)
    expect(await answer('g')).toBe('g by two')

    // The next start of `up` goes on with what was deployed.
    expect(await up.stop()).toBe(0)
    const again = await place.start({ part: 'up', cwd: home, env })
    onTestFinished(() => void again.stop())
    expect(await answer('h')).toBe('h by two')

    // A release that is killed is started again, and who asks meanwhile waits.
    const pid = (await answer('i', 'pid')).replace('i by ', '')
    process.kill(Number(pid), 'SIGKILL')
    expect(await answer('j', 'pid')).not.toBe(`j by ${pid}`)
    expect(await again.stop()).toBe(0)
  })
})

/** What the command line printed, whether it was content or not. */
async function deployIn(cwd: string, env: Record<string, string>, words: string[]): Promise<string> {
  const args = ['src/cli/main.ts', 'deploy', '--from', 'git', ...words]
  const all = { PATH: process.env.PATH, HUITOU_CONFIG: '', ...env }
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd, env: all }).catch(
    // What `execFile` rejects with holds both outputs.
    (error: { stdout: string; stderr: string }) => error,
  )
  return stdout + stderr
}

/** Somebody who goes on asking, whatever happens. */
function talking(simulator: WecomSimulator) {
  const under: Promise<Delivered>[] = []
  const texts: string[] = []
  let longest = 0
  let unheard = 0
  const timer = setInterval(() => {
    const text = `m${texts.length}`
    const startedAt = performance.now()
    texts.push(text)
    const delivered = simulator.say(`member-${texts.length % PEOPLE}`, `release of ${text}`)
    void delivered.then(() => {
      longest = Math.max(longest, Math.round(performance.now() - startedAt))
    })
    under.push(delivered)
  }, EVERY_MS)
  return {
    longestWaitMs: () => longest,
    /** How many the platform gave up, for it was told of none that they are stored. */
    unheard: () => unheard,
    async end(): Promise<string[]> {
      clearInterval(timer)
      const delivered = await Promise.all(under)
      const heard = texts.filter((_, index) => delivered[index]?.answers.includes(200))
      unheard = texts.length - heard.length
      return heard
    },
  }
}
