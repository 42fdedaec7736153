import { afterEach, expect, test } from 'vitest'
import {
  startWecomSimulator,
  type WecomSimulator,
  type WecomSimulatorOptions,
} from '../../../src/simulators/wecom/index.ts'

const open: WecomSimulator[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

type Json = Record<string, unknown>

const START = 1_790_000_000_000
const PNG = Buffer.from('89504e470d0a1a0a0000', 'hex')

async function start(options: WecomSimulatorOptions = {}) {
  let now = START
  const wecom = await startWecomSimulator({ now: () => now, callbackUrl: 'http://127.0.0.1:1/in', ...options })
  open.push(wecom)
  const { corpId, secret, agentId } = wecom.credentials
  const ask = async (path: string, init?: RequestInit): Promise<Json> => (await fetch(wecom.url + path, init)).json()
  const gettoken = (corpsecret = secret) =>
    ask(`/cgi-bin/gettoken?${new URLSearchParams({ corpid: corpId, corpsecret })}`)
  let token = String((await gettoken()).access_token)
  const post = (path: string, json: Json | string) =>
    ask(`${path}?access_token=${token}`, {
      method: 'POST',
      body: typeof json === 'string' ? json : JSON.stringify(json),
    })
  return {
    wecom,
    ask,
    gettoken,
    post,
    token: () => token,
    setToken: (next: unknown) => {
      token = String(next)
    },
    passes: (ms: number) => {
      now += ms
    },
    send: (body: Json) => post('/cgi-bin/message/send', { touser: 'lisi', agentid: agentId, ...body }),
    text: (content: string, more: Json = {}) =>
      post('/cgi-bin/message/send', { touser: 'lisi', agentid: agentId, msgtype: 'text', text: { content }, ...more }),
    upload: (type: string, bytes: Buffer, name: string) => {
      const form = new FormData()
      form.set('media', new Blob([new Uint8Array(bytes)]), name)
      return ask(`/cgi-bin/media/upload?access_token=${token}&type=${type}`, { method: 'POST', body: form })
    },
  }
}

const texts = (wecom: WecomSimulator) => wecom.inbox.map((entry) => entry.text)

test('a text is shown to its members and answered with an id', async () => {
  const { wecom, text } = await start()
  const answer = await text('任务 #42 完成', { touser: 'zhang.san|LiSi' })
  expect(answer).toMatchObject({ errcode: 0, errmsg: 'ok', msgid: expect.stringMatching(/^\w{48}$/) })
  expect(wecom.inbox).toMatchObject([
    {
      to: 'zhang.san',
      msgtype: 'text',
      content: { content: '任务 #42 完成' },
      via: 'active',
      at: START,
      msgid: answer.msgid,
    },
    { to: 'LiSi' },
  ])
  expect(wecom.inbox[0]).not.toHaveProperty('truncated')
  expect(wecom.calls).toMatchObject({ '/cgi-bin/gettoken': { 0: 1 }, '/cgi-bin/message/send': { 0: 1 } })
})

test('a token lives for two hours and is the same until then', async () => {
  const { gettoken, text, passes, setToken, token } = await start()
  passes(7_199_000)
  expect(await gettoken()).toMatchObject({ access_token: token(), expires_in: 1 })
  passes(1000)
  expect(await text('x')).toMatchObject({ errcode: 42001 })
  setToken((await gettoken()).access_token)
  expect(await text('x')).toMatchObject({ errcode: 0 })
})

test('a token can end early', async () => {
  const { wecom, gettoken, text, setToken } = await start()
  wecom.invalidateTokens()
  expect(await text('x')).toMatchObject({ errcode: 40014 })
  setToken((await gettoken()).access_token)
  expect(await text('x')).toMatchObject({ errcode: 0 })
})

test('a second fetch ends the first token where the platform is set so', async () => {
  const { gettoken, text } = await start({ replacesTokens: true })
  await gettoken()
  expect(await text('x')).toMatchObject({ errcode: 40014 })
})

test('no token, a wrong corporation and a wrong method are refused', async () => {
  const { ask } = await start()
  expect(await ask('/cgi-bin/getcallbackip')).toMatchObject({ errcode: 41001 })
  expect(await ask('/cgi-bin/gettoken?corpid=ww0&corpsecret=x')).toMatchObject({ errcode: 40013 })
  expect(await ask('/cgi-bin/message/send')).toMatchObject({ errcode: 43002 })
  expect(await ask('/cgi-bin/no/such')).toMatchObject({ errcode: 40066 })
})

test('wrong secrets close gettoken for an hour', async () => {
  const { gettoken, passes } = await start({ wrongSecrets: 2 })
  expect(await gettoken('wrong')).toMatchObject({ errcode: 40001 })
  expect(await gettoken('wrong')).toMatchObject({ errcode: 40001 })
  expect(await gettoken()).toMatchObject({ errcode: 45009 })
  passes(3_600_000)
  expect(await gettoken()).toMatchObject({ errcode: 0 })
})

test('some unknown members are named in lower case, all unknown is an error', async () => {
  const { wecom, text } = await start({ unknownUsers: ['LiSi'], unlicensedUsers: ['WangWu'] })
  expect(await text('x', { touser: 'zhang.san|LiSi|WangWu', toparty: '7' })).toMatchObject({
    errcode: 0,
    invaliduser: 'lisi',
    unlicenseduser: 'wangwu',
    invalidparty: '7',
  })
  expect(wecom.inbox.map((entry) => entry.to)).toEqual(['zhang.san'])
  expect(await text('x')).toMatchObject({ errcode: 81013 })
})

test('with a staff list everybody else is unknown, and @all is the staff', async () => {
  const { wecom, text } = await start({ members: [{ userid: 'ZhangSan', name: '张三' }] })
  expect(await text('x')).toMatchObject({ errcode: 81013 })
  expect(await text('x', { touser: '@all' })).toMatchObject({ errcode: 0 })
  expect(wecom.inboxOf('zhangsan')).toHaveLength(1)
  expect(wecom.members).toEqual([{ userid: 'ZhangSan', name: '张三' }])
})

test('what is too long is cut between characters and marked', async () => {
  const { wecom, send, text } = await start()
  await text('中'.repeat(683))
  await text('x'.repeat(2048))
  await send({ msgtype: 'markdown', markdown: { content: '📈'.repeat(513) } })
  const [cut, whole, markdown] = wecom.inbox
  expect(cut).toMatchObject({ truncated: true, text: '中'.repeat(682) })
  expect(whole).not.toHaveProperty('truncated')
  expect(markdown).toMatchObject({ truncated: true, text: '📈'.repeat(512) })
})

test('the 31st message in a minute is dropped without a word', async () => {
  const { wecom, text, passes } = await start()
  for (let n = 1; n <= 31; n += 1) expect(await text(`${n}`)).toMatchObject({ errcode: 0 })
  expect(texts(wecom)).not.toContain('31')
  expect(wecom.quotaOverruns).toBe(1)
  expect(wecom.dropped).toMatchObject([{ to: 'lisi', text: '31', window: 'minute' }])
  expect(await text('to another', { touser: 'zhangsan' })).toMatchObject({ errcode: 0 })
  passes(60_000)
  await text('after a minute', { touser: 'LISI' })
  expect(texts(wecom).slice(-2)).toEqual(['to another', 'after a minute'])
})

test('the 1001st message in an hour is dropped', async () => {
  const { wecom, text, passes } = await start()
  for (let n = 1; n <= 1000; n += 1) {
    await text(`${n}`)
    passes(3000)
  }
  await text('too many')
  expect(wecom.dropped).toMatchObject([{ text: 'too many', window: 'hour' }])
  passes(600_001)
  await text('an hour after the first')
  expect(wecom.inbox).toHaveLength(1001)
})

test('an identical body is shown once while the duplicate check lasts', async () => {
  const { wecom, text, passes } = await start()
  const check = { enable_duplicate_check: 1, duplicate_check_interval: 60 }
  const first = await text('x', check)
  expect(await text('x', check)).toEqual(first)
  await text('y', check)
  passes(60_000)
  await text('x', check)
  await text('x')
  await text('x')
  expect(texts(wecom)).toEqual(['x', 'y', 'x', 'x', 'x'])
})

test.each([
  ['another agent', { agentid: 7 }, 301002],
  ['no agent', { agentid: undefined }, 40056],
  ['nobody', { touser: '' }, 82001],
  ['too many', { touser: Array.from({ length: 1001 }, (_, n) => `u${n}`).join('|') }, 82001],
  ['an unknown type', { msgtype: 'html' }, 40008],
  ['no body', { msgtype: 'markdown' }, 40058],
  ['an empty text', { text: { content: '' } }, 44004],
  ['an unknown medium', { msgtype: 'file', file: { media_id: 'x' } }, 40007],
  ['a list of members', { touser: ['lisi'] }, 40058],
  ['too many articles', { msgtype: 'news', news: { articles: Array(9).fill({ title: 't' }) } }, 45008],
  ['a textcard without a URL', { msgtype: 'textcard', textcard: { title: 't', description: 'd' } }, 40058],
])('a message with %s is refused', async (_name, body, errcode) => {
  const { wecom, text } = await start()
  expect(await text('x', body)).toMatchObject({ errcode })
  expect(wecom.inbox).toEqual([])
})

test('a body that is no JSON or holds escapes is refused', async () => {
  const { post, wecom } = await start()
  expect(await post('/cgi-bin/message/send', '{"touser":')).toMatchObject({
    errcode: 40058,
    errmsg: expect.stringContaining('Warning: wrong json format'),
  })
  const escaped = JSON.stringify({ touser: 'lisi', msgtype: 'text', text: { content: '\\u4e2d' } })
  expect(await post('/cgi-bin/message/send', escaped.replace('\\\\', '\\'))).toMatchObject({ errcode: 40033 })
  expect(await post('/cgi-bin/message/send', escaped)).toMatchObject({ errcode: 40056 })
  expect(wecom.calls['/cgi-bin/message/send']).toEqual({ 40033: 1, 40056: 1, 40058: 1 })
})

test('every type of message is shown', async () => {
  const { wecom, send, upload } = await start()
  const article = { title: 't', url: 'https://example.com', description: 'd'.repeat(513) }
  const bodies: Record<string, Json> = {
    image: { media_id: (await upload('image', PNG, 'a.png')).media_id },
    voice: { media_id: (await upload('voice', Buffer.from('#!AMR\n1234'), 'a.amr')).media_id },
    video: { media_id: (await upload('video', Buffer.from('....ftypisom'), 'a.mp4')).media_id, title: 't' },
    file: { media_id: (await upload('file', Buffer.from('0123456789'), '报表.txt')).media_id },
    textcard: { title: 't', description: 'd', url: 'https://example.com', btntxt: '更多更多更' },
    news: { articles: [article] },
    mpnews: { articles: [{ ...article, thumb_media_id: 'x', content: '<b>' }] },
    markdown: { content: '**x**' },
    miniprogram_notice: { appid: 'wx1', title: 't' },
    template_card: { card_type: 'text_notice', main_title: { title: 't' }, card_action: { type: 1, url: 'u' } },
  }
  for (const [msgtype, body] of Object.entries(bodies)) {
    expect(await send({ msgtype, [msgtype]: body }), msgtype).toMatchObject({ errcode: 0 })
  }
  expect(wecom.inbox.map((entry) => entry.msgtype)).toEqual(Object.keys(bodies))
  expect(wecom.inbox.filter((entry) => entry.truncated).map((entry) => entry.msgtype)).toEqual([
    'textcard',
    'news',
    'mpnews',
  ])
  expect(wecom.inbox[3]?.text).toBe('报表.txt')
})

test('a medium of another type or older than three days is unknown', async () => {
  const { send, upload, passes, gettoken, setToken } = await start()
  const { media_id } = await upload('file', Buffer.from('0123456789'), 'a.txt')
  expect(await send({ msgtype: 'image', image: { media_id } })).toMatchObject({ errcode: 40007 })
  passes(3 * 86_400_000)
  setToken((await gettoken()).access_token)
  expect(await send({ msgtype: 'file', file: { media_id } })).toMatchObject({ errcode: 40007 })
})

test.each([
  ['file', '12345', 'a.txt', 40006],
  ['image', 'no picture', 'a.png', 40004],
  ['voice', 'x'.repeat(2 * 1024 * 1024 + 1), 'a.amr', 45001],
  ['sticker', '0123456789', 'a.png', 40005],
])('an upload as %s that is not allowed: %#', async (type, bytes, name, errcode) => {
  const { upload } = await start()
  expect(await upload(type, Buffer.from(bytes), name)).toMatchObject({ errcode })
})

test('an upload without its form field is refused', async () => {
  const { post } = await start()
  expect(await post('/cgi-bin/media/upload', 'x')).toMatchObject({ errcode: 40005 })
})

test('media can be fetched, whole and in part', async () => {
  const { wecom, token, ask } = await start()
  const id = wecom.addMedia('image', '图.png', PNG)
  const url = `${wecom.url}/cgi-bin/media/get?access_token=${token()}&media_id=${id}`
  const whole = await fetch(url)
  expect(whole.headers.get('content-type')).toBe('image/png')
  expect(whole.headers.get('content-disposition')).toBe('attachment; filename="%E5%9B%BE.png"')
  expect(Buffer.from(await whole.arrayBuffer())).toEqual(PNG)
  const part = await fetch(url, { headers: { range: 'bytes=1-3' } })
  expect([part.status, await part.text()]).toEqual([206, 'PNG'])
  expect(await ask(`/cgi-bin/media/get?access_token=${token()}&media_id=old`)).toMatchObject({ errcode: 40007 })
})

const button = {
  card_type: 'button_interaction',
  main_title: { title: '部署 42' },
  button_list: [{ text: '同意', key: 'ok' }],
}

test('a card is updated once by its response_code', async () => {
  const { wecom, send, post } = await start()
  const { response_code, msgid } = await send({
    msgtype: 'template_card',
    template_card: { ...button, task_id: 'job-1' },
  })
  const update = { userids: ['LISI', 'Nobody'], agentid: 1000002, response_code, button: { replace_name: '已同意' } }
  const path = '/cgi-bin/message/update_template_card'
  expect(await post(path, update)).toMatchObject({ errcode: 0, invaliduser: ['nobody'] })
  expect(await post(path, update)).toMatchObject({ errcode: 60140 })
  expect(wecom.inbox).toMatchObject([{ text: '部署 42' }, { to: 'lisi', replaces: msgid, text: '部署 42\n已同意' }])
})

test('a press on a card brings a code to update it', async () => {
  const { wecom, send, post, passes, gettoken, setToken } = await start({ redeliveries: 0 })
  await send({ msgtype: 'template_card', template_card: { ...button, task_id: 'job-1' } })
  await wecom.callback('template_card_event', { from: 'lisi', EventKey: 'ok', TaskId: 'job-1' })
  const [, press] = await wecom.feed(0, 0)
  expect(press).toMatchObject({ kind: 'person', text: 'template_card_event ok' })
  expect(press?.content).toMatchObject({ CardType: 'button_interaction', TaskId: 'job-1' })
  const response_code = press?.content.ResponseCode
  const notice = { card_type: 'text_notice', main_title: { title: 'done' }, card_action: { type: 1, url: 'u' } }
  const update = { atall: 1, agentid: 1000002, response_code, template_card: notice }
  expect(await post('/cgi-bin/message/update_template_card', update)).toMatchObject({ errcode: 0 })
  expect(wecom.inbox.at(-1)).toMatchObject({ text: 'done', content: { card_type: 'text_notice' } })
  const late = await send({ msgtype: 'template_card', template_card: { ...button, task_id: 'job-2' } })
  passes(72 * 3_600_000)
  setToken((await gettoken()).access_token)
  const lateUpdate = { ...update, response_code: late.response_code }
  expect(await post('/cgi-bin/message/update_template_card', lateUpdate)).toMatchObject({ errcode: 60140 })
})

test('a field that the type of card does not have is accepted and not shown', async () => {
  const { wecom, send } = await start()
  const card = { ...button, card_type: 'text_notice', card_action: { type: 1, url: 'u' } }
  expect(await send({ msgtype: 'template_card', template_card: card })).toMatchObject({ errcode: 0 })
  expect(wecom.inbox).toMatchObject([{ notShown: ['button_list'] }])
  expect(wecom.inbox[0]?.content).not.toHaveProperty('button_list')
})

test.each([
  ['no task_id', button, 42014],
  ['a task_id with a colon', { ...button, task_id: 'job:1' }, 42014],
  ['no buttons', { ...button, task_id: 'a', button_list: [] }, 42016],
  ['seven buttons', { ...button, task_id: 'a', button_list: Array(7).fill({ text: 't', key: 'k' }) }, 42016],
  ['a button without a key', { ...button, task_id: 'a', button_list: [{ text: 't' }] }, 42016],
  ['an unknown type', { card_type: 'poll' }, 42015],
  ['no action', { card_type: 'text_notice', main_title: { title: 't' } }, 42016],
])('a card with %s is refused', async (_name, card, errcode) => {
  const { send } = await start()
  expect(await send({ msgtype: 'template_card', template_card: card })).toMatchObject({ errcode })
})

test('a task_id serves one card', async () => {
  const { send } = await start()
  const card = { msgtype: 'template_card', template_card: { ...button, task_id: 'job-1' } }
  const checked = { ...card, enable_duplicate_check: 1 }
  expect(await send(checked)).toMatchObject({ errcode: 0 })
  expect(await send(checked)).toMatchObject({ errcode: 0 })
  expect(await send(card)).toMatchObject({ errcode: 42014 })
})

test('an interactive card needs a callback URL', async () => {
  const { send } = await start({ callbackUrl: undefined })
  expect(await send({ msgtype: 'template_card', template_card: { ...button, task_id: 'a' } })).toMatchObject({
    errcode: 43012,
  })
})

test('a message is recalled within a day', async () => {
  const { wecom, text, post, passes, gettoken, setToken } = await start()
  const { msgid } = await text('x')
  const late = (await text('y')).msgid
  expect(await post('/cgi-bin/message/recall', { msgid })).toMatchObject({ errcode: 0 })
  expect(wecom.inbox[0]?.recalledAt).toBe(START)
  expect(await post('/cgi-bin/message/recall', { msgid: 'other' })).toMatchObject({ errcode: 40058 })
  passes(86_400_000)
  setToken((await gettoken()).access_token)
  expect(await post('/cgi-bin/message/recall', { msgid: late })).toMatchObject({ errcode: 42052 })
})

test('an entry can be waited for before and after it is there', async () => {
  const { wecom, text } = await start()
  const coming = wecom.waitFor((entry) => entry.text === 'x', 5000)
  await text('x')
  expect(await coming).toBe(await wecom.waitFor((entry) => entry.text === 'x', 0))
  await expect(wecom.waitFor((entry) => entry.text === 'y', 10)).rejects.toThrow('no member saw it within 10 ms')
})

test('every entry is handed on until one stops listening', async () => {
  const { wecom, text } = await start()
  const heard: string[] = []
  const stop = wecom.onEntry((entry) => heard.push(entry.text))
  await text('x')
  stop()
  await text('y')
  expect(heard).toEqual(['x'])
})
