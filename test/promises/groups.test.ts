import { describe, expect, onTestFinished, test } from 'vitest'
import { type OnebotSimulator, startOnebotSimulator } from '../../src/simulators/onebot/index.ts'
import { numberIn } from './company.ts'
import { aPlace, storeKinds } from './place.ts'
import { until } from './work.ts'

const env = { ONEBOT_ACCESS_TOKEN: 'a-token-for-tests', HUITOU_CONFIG: 'test/promises/groups.yaml' }
const group = '20000'
const at = (person: string) => ({ type: 'at', data: { qq: person } })
const words = (text: string) => ({ type: 'text', data: { text } })

async function aGroup(reverseUrl: string, flavour: 'napcat' | 'lagrange' | 'go-cqhttp'): Promise<OnebotSimulator> {
  const simulator = await startOnebotSimulator({
    accessToken: env.ONEBOT_ACCESS_TOKEN,
    reverseUrl,
    reconnectMs: 200,
    flavour,
    groups: [
      {
        id: group,
        name: 'testers',
        botRole: 'admin',
        members: [
          { id: '10001', name: 'Ann' },
          { id: '10002', name: 'Ben', role: 'admin' },
          { id: '10003', name: 'Cas', role: 'admin' },
          { id: '10004', name: 'Dan' },
        ],
      },
    ],
  })
  onTestFinished(() => simulator.close())
  await simulator.connected()
  return simulator
}

describe.each([
  ['embedded', 'napcat'],
  [storeKinds[1], 'lagrange'],
  ['embedded', 'go-cqhttp'],
] as const)('a group on the %s store, kept with %s', (kind, flavour) => {
  test('rules and people with a grant keep it, nobody else does', { timeout: 120_000 }, async ({ skip }) => {
    const place = await aPlace(kind)
    if (place === undefined) return skip('NOT TESTED: no redis-server')
    const huitou = await place.start({ env })
    const qq = await aGroup(`${huitou.url}/in/onebot`, flavour)
    const hears = (part: string) => qq.waitFor(({ text }) => text.includes(part), 20_000)
    const called = (action: string) => until(() => qq.calls.some((call) => call.action === action), 20_000, action)

    // Commands: who has no grant is told how to get one.
    qq.sayInGroup(group, '10001', [words('group mute 5 '), at('10004')])
    expect((await hears('你还不能使用 group mute')).text).toContain('grant onebot:10001 group mute')
    expect(qq.isMuted(group, '10004')).toBe(false)
    qq.sayInGroup(group, '10002', [words('禁言 5 '), at('10004')])
    await hears('已禁言 5 分钟')
    expect(qq.isMuted(group, '10004')).toBe(true)
    qq.sayInGroup(group, '10002', [words('group unmute '), at('10004')])
    await hears('可以说话了')
    expect(qq.isMuted(group, '10004')).toBe(false)
    // With the whole group silent, an administrator's word still goes out.
    qq.sayInGroup(group, '10002', 'group silence')
    await hears('已开启全员禁言')
    expect(qq.isMuted(group, '10004')).toBe(true)
    qq.sayInGroup(group, '10003', '/whoami')
    await hears('onebot:10003')
    qq.sayInGroup(group, '10002', 'group silence off')
    await hears('已解除全员禁言')
    expect(qq.isMuted(group, '10004')).toBe(false)
    // An administrator of the group ranks as high as the bot: QQ says no, and the asker reads so.
    qq.sayInGroup(group, '10002', [words('group kick '), at('10003')])
    await hears('平台没有让机器人这样做')
    qq.sayInGroup(group, '10002', 'group mute 5')
    await hears('请 @ 一个群成员')

    // Rules: what may not be said goes, and who said it is silent.
    const messageId = qq.sayInGroup(group, '10001', 'such a BADWORD here')
    await hears('请文明发言')
    expect(qq.isMuted(group, '10001')).toBe(true)
    expect(
      qq.calls.filter(({ action }) => action === 'delete_msg').map(({ params }) => String(params.message_id)),
    ).toEqual([messageId])
    for (let n = 0; n < 6; n++) qq.sayInGroup(group, '10004', `demo echo ${n}`)
    await hears('说得太快了')
    expect(qq.isMuted(group, '10004')).toBe(true)

    // Requests: the right answer opens, any other is asked about.
    const right = qq.ask({ person: '10005', group, comment: '问题：暗号\n答案：kestrel' })
    await called('set_group_add_request')
    await hears('欢迎')
    const other = qq.ask({ person: '10006', group, comment: '让我进来' })
    const question = await hears('10006 申请入群')
    qq.sayInGroup(group, '10003', `approve ${numberIn(question.text)}`)
    await hears('你不能审批')
    qq.sayInGroup(group, '10002', `reject ${numberIn(question.text)} 人满了`)
    await until(() => qq.answers.length === 2, 20_000, 'both are answered')
    expect(qq.answers).toEqual([
      { flag: right, isApproved: true, reason: undefined },
      { flag: other, isApproved: false, reason: '人满了' },
    ])
    const friend = qq.ask({ person: '10007', comment: 'hi' })
    const friendly = await hears('10007 想加机器人为好友')
    expect(friendly.chat).toEqual({ group })
    qq.sayInGroup(group, '10002', `同意 ${numberIn(friendly.text)}`)
    await until(() => qq.answers.length === 3, 20_000, 'the friend is answered')
    expect(qq.answers[2]).toMatchObject({ flag: friend, isApproved: true })

    // What rules call is no command for people.
    qq.sayInGroup(group, '10002', 'group filtered')
    await hears('没有“group filtered”这个命令')
  })
})
