import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { auditListSchema } from '../../src/dashboard/api/shapes.ts'
import { type Company, openCompany } from './company.ts'
import { storeKinds } from './place.ts'

const HOUR_MS = 3_600_000

describe.each(storeKinds)('grants on %s', (store) => {
  let company: Company | undefined
  beforeAll(async () => {
    company = await openCompany({
      store,
      env: { SCENE_DIRS: 'test/fixtures/scenes,src/scenes', ADMINS: 'wecom:boss' },
      config: {
        grants: [
          { person: 'wecom:auditor', scene: 'payroll', command: 'show' },
          { person: 'wecom:former', scene: 'payroll', until: '2020-12-31' },
          { person: 'wecom:coming', scene: 'payroll', from: '2999-01-01' },
        ],
      },
    })
  })
  afterAll(() => company?.close())

  const answerTo = (person: string, text: string): Promise<string> => {
    if (company === undefined) throw new Error('it was not opened')
    return company.answer(person, text)
  }

  test('a scene outside a public folder is closed, and who is refused learns what to ask for and from whom', async () => {
    if (company === undefined) return
    expect(await answerTo('zhangsan', 'payroll show')).toBe(
      '你还不能使用 payroll show。请向管理员（wecom:boss）申请，并附上这一行：\ngrant wecom:zhangsan payroll show',
    )
    const { msgId } = await company.wecom.say('zhangsan', 'payroll show')
    expect(await company.ended(msgId)).toMatchObject({ state: 'refused', why: 'no grant for payroll show' })
  })

  test('an administrator opens it from the chat until a moment, and closes it again', async () => {
    if (company === undefined) return
    expect(await answerTo('boss', 'payroll show')).toBe('the payroll')
    expect(await answerTo('boss', 'grant ZhangSan payroll show --until=30d')).toMatch(
      /^已授权：wecom:zhangsan · payroll show 至 \d{4}-\d\d-\d\d \d\d:\d\d$/,
    )
    expect(await answerTo('zhangsan', 'payroll show')).toBe('the payroll')
    expect(await answerTo('zhangsan', 'payroll close')).toContain('你还不能使用 payroll close')
    expect(await answerTo('zhangsan', 'grants')).toMatch(/^wecom:zhangsan · payroll show 至/)
    expect(await answerTo('boss', 'revoke zhangsan payroll show')).toBe('已收回。')
    expect(await answerTo('zhangsan', 'payroll show')).toContain('你还不能使用')
    expect(await answerTo('boss', 'revoke zhangsan payroll show')).toContain('没有这条授权')
  })

  test('a grant that has ended is none', async () => {
    if (company === undefined) return
    const body = JSON.stringify({
      subject: 'wecom:lisi',
      scene: 'payroll',
      command: '*',
      validUntil: new Date(Date.now() - HOUR_MS).toISOString(),
    })
    expect((await company.huitou.api('/api/grants', { method: 'PUT', body })).status).toBeLessThan(300)
    expect(await answerTo('lisi', 'payroll show')).toContain('你还不能使用')
    expect(await answerTo('boss', 'grant lisi payroll * --until=1h')).toContain('已授权')
    expect(await answerTo('lisi', 'payroll show')).toBe('the payroll')
    expect(await answerTo('boss', 'grant lisi payroll * --until=2020-01-01')).toContain('已授权')
    expect(await answerTo('lisi', 'payroll show')).toContain('你还不能使用')
  })

  test('the config file grants too, between its own moments', async () => {
    if (company === undefined) return
    expect(await answerTo('auditor', 'payroll show')).toBe('the payroll')
    expect(await answerTo('Auditor', 'PAYROLL Show')).toBe('the payroll')
    expect(await answerTo('auditor', 'payroll close')).toContain('你还不能使用')
    expect(await answerTo('former', 'payroll show')).toContain('你还不能使用')
    expect(await answerTo('coming', 'payroll show')).toContain('你还不能使用')
  })

  test('only administrators change grants', async () => {
    if (company === undefined) return
    expect(await answerTo('mallory', 'grant mallory payroll')).toContain('你还不能使用 grant')
    expect(await answerTo('mallory', 'revoke auditor payroll show')).toContain('你还不能使用 revoke')
    expect(await answerTo('mallory', 'payroll show')).toContain('你还不能使用')
    expect(await answerTo('boss', 'grant zhangsan payrol show')).toBe('没有 payrol show 这个命令。')
    expect(await answerTo('boss', 'grant zhangsan payroll show --until=someday')).toContain('看不懂时间“someday”')
  })

  test('help shows what the asker may use, and nothing else', async () => {
    if (company === undefined) return
    expect(await answerTo('mallory', 'help')).not.toMatch(/payroll|grant\b|revoke/)
    expect(await answerTo('mallory', 'help payroll')).not.toContain('close')
    expect(await answerTo('auditor', 'help payroll')).toMatch(/payroll show/)
    expect(await answerTo('auditor', 'help payroll')).not.toMatch(/payroll close/)
    expect(await answerTo('boss', 'help')).toMatch(/payroll[\s\S]*grant[\s\S]*revoke/)
    expect(await answerTo('mallory', 'payrol show')).not.toContain('payroll')
  })

  test('every change is in the audit: who, when, what', async () => {
    if (company === undefined) return
    const { lines } = auditListSchema.parse(await (await company.huitou.api('/api/audit')).json())
    const byBoss = lines.filter(({ by }) => by === 'wecom:boss').map(({ what }) => what)
    expect(byBoss).toHaveLength(4)
    expect(byBoss.at(-1)).toMatch(/grant.*wecom:zhangsan.*payroll.*show/)
    expect(byBoss.at(-2)).toMatch(/revoke.*wecom:zhangsan.*payroll.*show/)
    expect(lines.some(({ by }) => by === 'wecom:mallory')).toBe(false)
    expect(lines.every(({ at }) => Math.abs(Date.now() - at) < HOUR_MS)).toBe(true)
  })
})
