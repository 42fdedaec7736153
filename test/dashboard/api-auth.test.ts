import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { StoreUnavailableError } from '../../src/core/errors.ts'
import { passCheck } from '../../src/dashboard/api/auth/caller.ts'
import type { Sessions } from '../../src/dashboard/api/auth/sessions.ts'
import { tokenBook } from '../../src/dashboard/api/auth/tokens.ts'
import { ensureAdminPassword } from '../../src/dashboard/api/index.ts'
import { routes } from '../../src/dashboard/api/routes.ts'
import { aWorld, password, token, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await aWorld()
})
afterAll(() => world.close())

const minuteMs = 60_000
/** Past every window of sign-in tries: each test begins with none. */
function passWindow(): void {
  world.skewMs += 6 * minuteMs
}

test('a stranger passes no route but those for signing in', async () => {
  for (const { method, path, auth } of routes) {
    const { status, body } = await world.call(path.replace(':id', 'x'), { method: method.toUpperCase() })
    if (auth === 'none') expect(['/api/session']).toContain(path)
    else expect({ path, status, code: body.error?.code }).toEqual({ path, status: 401, code: 'unauthorized' })
  }
})

test('a bearer token passes; a wrong, cut or empty one does not, nor a cookie beside it', async () => {
  expect((await world.callAs('/api/overview')).status).toBe(200)
  const { cookie } = await world.signIn()
  for (const authorization of [`Bearer ${token}x`, `Bearer ${token.slice(1)}`, 'Bearer ', 'bearer x', 'Bearer']) {
    expect((await world.call('/api/overview', { headers: { authorization, cookie } })).status).toBe(401)
  }
})

test('what a proxy before us asks for is passed over: the cookie decides, and a token under its name is none', async () => {
  passWindow()
  const { cookie } = await world.signIn()
  for (const authorization of ['Basic YWRtaW46cHJveHk=', `Basic ${token}`, 'Negotiate x', 'Bearerx y', '']) {
    const statusWith = async (headers: Record<string, string>) =>
      (await world.call('/api/overview', { headers: { authorization, ...headers } })).status
    expect([authorization, await statusWith({ cookie }), await statusWith({})]).toEqual([authorization, 200, 401])
  }
})

test('a stream outlives a store that is away for a moment, and neither a sign-out nor a store that stays away', async () => {
  let answer: () => boolean = () => true
  const sessions = { isOpen: async () => answer() }
  const request = { headers: { cookie: 'huitou_session=x' } } as IncomingMessage
  // The casts hold: no more of a request and of the sessions is looked at.
  const auth = { tokens: tokenBook([token]), sessions: sessions as unknown as Sessions }
  const away = () => {
    throw new StoreUnavailableError('away')
  }
  const passes = passCheck(request, auth, 0)
  answer = away
  expect(await passes(minuteMs)).toBe(true)
  answer = () => true
  expect(await passes(2 * minuteMs)).toBe(true)
  answer = away
  expect(await passes(3 * minuteMs)).toBe(true)
  expect(await passes(4 * minuteMs)).toBe(false)
  answer = () => false
  expect(await passes(4 * minuteMs)).toBe(false)
  const bearer = { headers: { authorization: `Bearer ${token}` } } as IncomingMessage
  answer = away
  expect(await passCheck(bearer, auth, 0)(60 * minuteMs)).toBe(true)
})

test('where no token is set, none passes', async () => {
  const other = await world.again({ apiTokens: [''] })
  for (const authorization of ['Bearer ', `Bearer ${token}`, 'Bearer undefined']) {
    expect((await other.call('/api/overview', { headers: { authorization } })).status).toBe(401)
  }
  await other.close()
})

test('signing in gives a cookie that scripts cannot read and other sites do not send', async () => {
  passWindow()
  const plain = await world.call('/api/session', { json: { password } })
  expect(plain.body).toEqual({ signedIn: true, csrf: expect.any(String), lang: 'zh' })
  expect(plain.headers.get('set-cookie')).toMatch(
    /^huitou_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=604800$/,
  )
  const forwarded = await world.call('/api/session', { json: { password }, headers: { 'x-forwarded-proto': 'https' } })
  expect(forwarded.headers.get('set-cookie')).toMatch(/; Secure$/)
})

test('a session needs its CSRF token to change something, and none to read', async () => {
  passWindow()
  const { cookie, csrf } = await world.signIn()
  expect((await world.call('/api/session', { headers: { cookie } })).body).toMatchObject({ signedIn: true, csrf })
  expect((await world.call('/api/overview', { headers: { cookie } })).status).toBe(200)
  const push = { json: { to: { channel: 'console', chat: 'lisi' }, text: '你好' } }
  for (const given of ['', 'x', csrf.slice(1), `${csrf}x`]) {
    const refused = await world.call('/api/messages', { ...push, headers: { cookie, 'x-huitou-csrf': given } })
    expect(refused).toMatchObject({ status: 403, body: { error: { code: 'csrf' } } })
  }
  expect((await world.call('/api/messages', { ...push, headers: { cookie, 'x-huitou-csrf': csrf } })).status).toBe(202)
})

test('signing out ends the session, and only it', async () => {
  passWindow()
  const [mine, other] = [await world.signIn(), await world.signIn()]
  const headers = { cookie: mine.cookie, 'x-huitou-csrf': mine.csrf }
  const out = await world.call('/api/session', { method: 'DELETE', headers })
  expect(out.status).toBe(204)
  expect(out.headers.get('set-cookie')).toMatch(/^huitou_session=; .*Max-Age=0/)
  expect((await world.call('/api/overview', { headers })).status).toBe(401)
  expect((await world.call('/api/overview', { headers: { cookie: other.cookie } })).status).toBe(200)
  expect((await world.call('/api/session')).body).toEqual({ signedIn: false, lang: 'zh' })
})

test('a session ends after seven days', async () => {
  passWindow()
  const { cookie } = await world.signIn()
  world.skewMs += 7 * 24 * 60 * minuteMs - 5 * minuteMs
  expect((await world.call('/api/overview', { headers: { cookie } })).status).toBe(200)
  world.skewMs += 6 * minuteMs
  expect((await world.call('/api/overview', { headers: { cookie } })).status).toBe(401)
})

test('the store knows neither the token of a session nor the password', async () => {
  passWindow()
  const { cookie } = await world.signIn()
  const secret = cookie.split('=')[1] ?? ''
  const plainHash = createHash('sha256').update(secret).digest('base64url')
  const kept = JSON.stringify(await world.store.settings.list('', world.ports.now()))
  for (const hint of [secret, plainHash, password]) expect(kept).not.toContain(hint)
})

test('a session outlives a restart, and no change of the password', async () => {
  passWindow()
  const { cookie } = await world.signIn()
  const restarted = await world.again({})
  const changed = await world.again({ adminPassword: 'another' })
  restarted.skewMs = world.skewMs
  changed.skewMs = world.skewMs
  expect((await restarted.call('/api/overview', { headers: { cookie } })).status).toBe(200)
  expect((await changed.call('/api/overview', { headers: { cookie } })).status).toBe(401)
  await restarted.close()
  await changed.close()
})

test('the sixth wrong password of an address waits, also when all come at once; right ones are free', async () => {
  passWindow()
  for (let turn = 0; turn < 7; turn++) expect((await world.signIn()).cookie).not.toBe('')
  const tries = Array.from({ length: 8 }, () => world.call('/api/session', { json: { password: 'guess' } }))
  const answers = await Promise.all(tries)
  expect(answers.map(({ status }) => status).sort()).toEqual([401, 401, 401, 401, 401, 429, 429, 429])
  const late = await world.call('/api/session', { json: { password } })
  const seconds = Number(late.headers.get('retry-after'))
  expect(late).toMatchObject({ status: 429, body: { error: { message: expect.stringContaining(`${seconds} s`) } } })
  expect(seconds).toBeGreaterThan(0)
  expect(seconds).toBeLessThanOrEqual(300)
  world.skewMs += seconds * 1000
  expect((await world.signIn()).cookie).not.toBe('')
})

test('where no password is set one is made, shown once, and opens the door', async () => {
  const other = await world.again({ adminPassword: undefined })
  other.skewMs = world.skewMs + 6 * minuteMs
  const now = other.ports.now()
  expect((await other.call('/api/session', { json: { password: 'undefined' } })).status).toBe(401)
  const [first, second] = await Promise.all([
    ensureAdminPassword(world.store, other.ports.config, now),
    ensureAdminPassword(world.store, other.ports.config, now),
  ])
  expect([first.shown, second.shown].filter((shown) => shown !== undefined)).toHaveLength(1)
  const shown = first.shown ?? second.shown ?? ''
  expect(shown).toMatch(/^([a-z2-9]{4}-){3}[a-z2-9]{4}$/)
  expect(await ensureAdminPassword(world.store, other.ports.config, now)).toEqual({})
  expect(await ensureAdminPassword(world.store, { adminPassword: password }, now)).toEqual({})
  expect((await other.call('/api/session', { json: { password: shown } })).status).toBe(200)
  expect((await other.call('/api/session', { json: { password } })).status).toBe(401)
  expect(JSON.stringify(await world.store.settings.list('', now))).not.toContain(shown)
  await other.close()
})
