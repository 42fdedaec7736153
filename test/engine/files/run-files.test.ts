import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import type { Message } from '../../../src/core/message/message.ts'
import type { Part } from '../../../src/core/message/part.ts'
import type { Fetched, MediaFiles } from '../../../src/engine/files/media.ts'
import { openRunFiles, type RunFiles } from '../../../src/engine/files/run-files.ts'
import { openScratch, type Scratch } from '../../../src/engine/files/scratch.ts'

const own: Part = { kind: 'file', media: { source: 'platform', id: 'own' }, name: '表.csv' }
const quoted: Part = { kind: 'file', media: { source: 'platform', id: 'quoted' }, name: '引.csv' }
const last: Part = { kind: 'file', media: { source: 'kept', fileId: 'last' }, name: '前.csv' }

let root: string
let scratch: Scratch
let fetches: Fetched[]
let kept: string[]

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'run-files-'))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  scratch = openScratch(root, 'test', Date.now)
  onTestFinished(() => scratch.close())
  fetches = []
  kept = []
})

const media: MediaFiles = {
  async fetch(_media, _at, path) {
    const fetched = fetches.shift() ?? { state: 'fetched', bytes: 3 }
    if (fetched.state === 'fetched') await writeFile(path, 'abc')
    return fetched
  },
  quoted: async (id) => (id === 'm-1' ? [{ kind: 'text', text: '看这个' }, quoted] : []),
  lastSent: async (_at, person) => (person === 'ann' ? last : undefined),
  async keep({ path }) {
    kept.push(await readFile(path, 'utf8'))
    return { state: 'kept', fileId: 'file-1', url: 'https://example.com/f/1' }
  },
}

function filesOf(parts: readonly Part[], person = 'ann'): RunFiles {
  const message: Message = {
    id: 'm',
    from: { channel: 'console', chat: 'c', chatKind: 'private' },
    sender: { id: person },
    text: '',
    parts: [...parts],
    receivedAt: 0,
  }
  return openRunFiles(message, 'zh', { media, scratch, note: () => undefined }, new AbortController().signal)
}

test('a message is about its own files, else those it quotes, else what its sender sent before', async () => {
  const quote: Part = { kind: 'quote', messageId: 'm-1' }
  expect(await filesOf([own, quote]).answer({ kind: 'sent' })).toEqual({ parts: [own] })
  expect(await filesOf([quote]).answer({ kind: 'sent' })).toEqual({ parts: [quoted] })
  expect(await filesOf([{ kind: 'quote', messageId: 'm-2' }]).answer({ kind: 'sent' })).toEqual({ parts: [last] })
  expect(await filesOf([]).answer({ kind: 'sent' })).toEqual({ parts: [last] })
  expect(await filesOf([], 'bob').answer({ kind: 'sent' })).toEqual({ parts: [] })
})

const save = { kind: 'save', media: { source: 'platform', id: 'own' }, name: '../../etc/表.csv' } as const

test('what is fetched lies in the scratch folder, whatever its sender called it, and goes with the attempt', async () => {
  const files = filesOf([own])
  // The shape is what `save` answers.
  const { saved } = (await files.answer(save)) as { saved: { path: string; name: string; bytes: number } }
  expect(saved).toMatchObject({ name: '../../etc/表.csv', bytes: 3 })
  expect(saved.path).toMatch(new RegExp(`^${root}/test/run-[^/]+/[0-9a-f-]{36}\\.csv$`))
  expect((await stat(join(root, 'test'))).mode & 0o777).toBe(0o700)
  await files.end()
  expect(await readdir(join(root, 'test'))).toEqual(['owner.json'])
})

test('a platform that is away for a moment is asked again; for longer, the person is told', async () => {
  const files = filesOf([own])
  fetches = [{ state: 'away', why: 'busy' }]
  expect(await files.answer(save)).toMatchObject({ saved: { bytes: 3 } })
  fetches = [1, 2, 3].map(() => ({ state: 'away' as const, why: 'busy' }))
  expect(await files.answer(save)).toEqual({ sentence: '现在取不到这个文件，请过一会儿再试。', reason: 'busy' })
  await files.end()
})

test('too large and not allowed have their sentences', async () => {
  const files = filesOf([own])
  fetches = [
    { state: 'too-large', mostBytes: 2 * 1024 ** 3 },
    { state: 'refused', why: 'an inner address' },
  ]
  expect(await files.answer(save)).toMatchObject({ sentence: '文件太大：最多能处理 2048 MB。' })
  expect(await files.answer(save)).toMatchObject({ sentence: expect.stringContaining('取不到这个文件') })
  await files.end()
})

test('only what lies in the own scratch folder can be kept', async () => {
  const files = filesOf([own])
  const { path: folder } = (await files.answer({ kind: 'scratch' })) as { path: string }
  const path = join(folder, 'result')
  await writeFile(path, 'result')
  const file = { kind: 'keep', name: 'a.csv', type: 'text/csv' } as const
  expect(await files.answer({ ...file, path })).toEqual({ kept: { fileId: 'file-1', url: 'https://example.com/f/1' } })
  for (const other of ['/etc/passwd', join(folder, '..', 'result'), `${folder}/../../x`, join(root, 'test')])
    await expect(files.answer({ ...file, path: other })).rejects.toThrow('scratch folder')
  expect(kept).toEqual(['result'])
  await files.end()
})

test('an attempt that used no file has no folder', async () => {
  await filesOf([own]).end()
  expect(await readdir(root)).toEqual([])
})
