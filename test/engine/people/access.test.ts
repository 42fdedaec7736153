import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Catalog } from '../../../src/core/command/catalog.ts'
import { grantAllows } from '../../../src/core/grant.ts'
import type { Message } from '../../../src/core/message/message.ts'
import { openAccess, subjectsOf } from '../../../src/engine/people/access.ts'
import type { EmbeddedStore } from '../../../src/store/embedded/index.ts'
import { anEmbeddedStore } from '../../fakes/embedded-store.ts'

const noon = 1_800_000_000_000
let store: EmbeddedStore
beforeAll(async () => {
  store = await anEmbeddedStore()
})
afterAll(() => store.close())

const scene = (name: string, isPublic: boolean): Catalog['scenes'][number] => ({
  name,
  isPublic,
  summary: { zh: '试', en: 'Try' },
  file: `${name}.ts`,
  commands: [],
})
const catalog: Catalog = { scenes: [scene('', true), scene('open', true), scene('shut', false)], faults: [] }

const from = (id: string, group?: string): Message => ({
  id: 'm1',
  from: { channel: 'staff', chat: group ?? id, chatKind: group === undefined ? 'private' : 'group' },
  sender: { id },
  text: '',
  parts: [],
  receivedAt: noon,
})

const access = (options: { configured?: Parameters<typeof openAccess>[0]['configured'] } = {}) =>
  openAccess({
    grants: store.grants,
    catalog: () => catalog,
    admins: ['staff:boss'],
    configured: options.configured ?? [],
    now: () => noon,
  })

test('a public scene is open to all, any other to nobody, and an unknown one too', async () => {
  const { mayUse } = access()
  expect(await mayUse(from('lisi'), 'open', 'show')).toBe(true)
  expect(await mayUse(from('lisi'), 'shut', 'show')).toBe(false)
  expect(await mayUse(from('lisi'), 'nowhere', 'show')).toBe(false)
})

test('an administrator may use everything, however their id is spelt', async () => {
  const { mayUse, isAdmin } = access()
  expect(isAdmin(from('Boss'))).toBe(true)
  expect(await mayUse(from('Boss'), 'shut', 'show')).toBe(true)
  expect(await mayUse(from('boss'), '', 'grant')).toBe(true)
  expect(isAdmin({ ...from('boss'), from: { ...from('boss').from, channel: 'other' } })).toBe(false)
})

test('built-in commands are open to all but those that grant', async () => {
  const { mayUse } = access()
  expect(await mayUse(from('lisi'), '', 'help')).toBe(true)
  expect(await mayUse(from('lisi'), '', 'grant')).toBe(false)
  expect(await mayUse(from('lisi'), '', 'revoke')).toBe(false)
})

test('a grant in the store or in the config opens it to a person, or to a group while they write there', async () => {
  const base = { scene: 'shut', by: 'staff:boss', at: noon }
  await store.grants.put({ ...base, subject: 'staff:wangwu', command: 'show' }, 'staff:boss', noon)
  await store.grants.put({ ...base, subject: 'group:staff:ops', command: '*' }, 'staff:boss', noon)
  const { mayUse } = access({ configured: [{ subject: 'staff:auditor', scene: '*', command: 'show' }] })
  expect(await mayUse(from('WangWu'), 'shut', 'show')).toBe(true)
  expect(await mayUse(from('wangwu'), 'shut', 'burn')).toBe(false)
  expect(await mayUse(from('lisi', 'Ops'), 'shut', 'burn')).toBe(true)
  expect(await mayUse(from('lisi'), 'shut', 'burn')).toBe(false)
  expect(await mayUse(from('ops'), 'shut', 'burn')).toBe(false)
  expect(await mayUse(from('auditor'), 'shut', 'show')).toBe(true)
  expect(await mayUse(from('auditor'), 'shut', 'burn')).toBe(false)
})

test('the store and the plain rule agree about every grant', async () => {
  const word = fc.constantFrom('a', 'b', '*')
  const moment = fc.option(fc.integer({ min: noon - 2, max: noon + 2 }), { nil: undefined })
  await fc.assert(
    fc.asyncProperty(
      fc.record({ scene: word, command: word, validFrom: moment, validUntil: moment }),
      fc.record({ scene: fc.constantFrom('a', 'b'), command: fc.constantFrom('a', 'b') }),
      async (given, asked) => {
        const grant = { ...given, subject: 'staff:property', by: 'staff:boss', at: noon }
        const question = { subjects: subjectsOf(from('property')), ...asked }
        await store.grants.put(grant, 'staff:boss', noon)
        expect(await store.grants.allows(question, noon)).toBe(grantAllows(grant, question, noon))
        await store.grants.remove(grant.subject, grant.scene, grant.command, 'staff:boss', noon)
      },
    ),
    { numRuns: 60 },
  )
})
