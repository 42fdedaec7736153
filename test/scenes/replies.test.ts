import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Message } from '../../src/core/message/message.ts'
import { answerOf } from '../../src/scenes/public/replies/answer.ts'
import { fits, isFor } from '../../src/scenes/public/replies/fit.ts'
import { type Reply, readReplies } from '../../src/scenes/public/replies/read.ts'
import replies from '../../src/scenes/public/replies.ts'
import { aSceneFolder } from '../engine/scene-folder.ts'

const inGroup = (chat: string): Message['from'] => ({ channel: 'qq', chat, chatKind: 'group' })
const inPrivate: Message['from'] = { channel: 'qq', chat: '10001', chatKind: 'private' }

async function read(files: Record<string, string>) {
  const warnings: string[] = []
  const { path } = await aSceneFolder(files)
  const found = await readReplies(path, (sentence) => void warnings.push(sentence))
  return { path, found, warnings, of: (keyword: string) => found.find((reply) => reply.keyword === keyword) as Reply }
}

/** All answers a keyword has, by asking often. */
async function answersOf(reply: Reply): Promise<string[]> {
  const said = new Set<string>()
  for (let times = 0; times < 40; times++) {
    const part = await answerOf(reply, () => {})
    said.add(
      part.kind === 'text' || part.kind === 'markdown' ? part.text : `${part.kind} ${'name' in part && part.name}`,
    )
  }
  return [...said].toSorted()
}

test('files are answers to their names, and a folder has several', async () => {
  const { found, of, warnings } = await read({
    '你好.txt': '\uFEFF你好呀\n',
    '规则.md': '**规则**',
    '早安.mp3': 'x',
    '猫.jpg': 'x',
    '猫/1.txt': '喵',
    '猫/2.png': 'x',
    '猫/notes.pdf': 'x',
    '.hidden.txt': 'x',
  })
  expect(found.map(({ keyword }) => keyword).toSorted()).toEqual(['你好', '早安', '猫', '规则'].toSorted())
  expect(await answersOf(of('你好'))).toEqual(['你好呀'])
  expect(await answersOf(of('规则'))).toEqual(['**规则**'])
  expect(await answersOf(of('早安'))).toEqual(['voice 早安.mp3'])
  expect(await answersOf(of('猫'))).toEqual(['image 2.png', 'image 猫.jpg', '喵'])
  expect(warnings).toEqual([])
})

test('what is no answer is passed over and told', async () => {
  const { found, warnings } = await read({
    'a.exe': '',
    [`${'长'.repeat(65)}.txt`]: 'x',
    'index.yaml': 'keywords: { b: }',
  })
  expect(found).toEqual([])
  expect(warnings).toEqual([
    'scenes.replies.folder: a.exe is passed over: it is neither a text, a picture nor a voice',
    expect.stringContaining('a keyword has 1 to 64 characters'),
    'index.yaml keywords b: there is no file or folder of that name',
  ])
})

test('what is empty or too large is not said, and the rest is', async () => {
  const { path, of } = await read({ 'a/1.txt': ' ', 'a/2.txt': 'x'.repeat(70_000), 'a/3.txt': 'fine', 'b.txt': '' })
  expect(await answersOf(of('a'))).toEqual(['fine'])
  const logged: string[] = []
  await expect(answerOf(of('b'), (line) => void logged.push(line))).rejects.toThrow('no answer that could be read')
  expect(logged).toEqual(['b.txt is passed over: it is empty'])
  await writeFile(join(path, 'b.txt'), 'now')
  expect(await answersOf(of('b'))).toEqual(['now'])
})

describe('nothing outside the folder is read', () => {
  test('links are not followed, also those made later', async () => {
    const secret = await aSceneFolder({ 'key.txt': 'secret' })
    const { path, of } = await read({ 'a.txt': 'a', 'b/1.txt': 'b' })
    await symlink(join(secret.path, 'key.txt'), join(path, 'link.txt'))
    await symlink(secret.path, join(path, 'out'))
    await symlink(join(secret.path, 'key.txt'), join(path, 'b', '2.txt'))
    const warnings: string[] = []
    const found = await readReplies(path, (sentence) => void warnings.push(sentence))
    expect(found.map(({ keyword }) => keyword)).toEqual(['a', 'b'])
    expect(warnings).toEqual([expect.stringContaining('links are not'), expect.stringContaining('links are not')])
    expect(await answersOf(of('b'))).toEqual(['b'])
    const swapped = { ...of('a'), files: [join(path, 'link.txt')] }
    await expect(answerOf(swapped, () => {})).rejects.toThrow()
  })

  test('whatever is asked for or written in the index', async () => {
    const { path } = await read({ 'a.txt': 'a' })
    await mkdir(join(path, 'sub'))
    const texts = fc.oneof(fc.string(), fc.constantFrom('../secret', '/etc/passwd', '..', 'a/../../x', 'sub/../a'))
    await fc.assert(
      fc.asyncProperty(texts, texts, async (keyword, alias) => {
        const index = { keywords: { [keyword]: {}, a: { aliases: [`x${alias}`.slice(0, 60)] } } }
        await writeFile(join(path, 'index.yaml'), JSON.stringify(index))
        for (const { files, folders } of await readReplies(path))
          expect(
            [...files, ...folders].every((file) => file === join(path, 'a.txt') || file === join(path, 'sub')),
          ).toBe(true)
      }),
      { numRuns: 50 },
    )
  })
})

describe('the index', () => {
  const index = `
match: exact
coolDownMs: 1000
groups: [qq:g1, QQ:G2]
keywords:
  猫:
    aliases: [Cat, 喵]
    match: contains
    exceptGroups: [qq:g1]
    coolDownMs: 0
  早安:
    pattern: ^早(上好)?[!！]*$
`
  test('says how a keyword is found, where and how often', async () => {
    const { of } = await read({ 'index.yaml': index, '猫.txt': 'x', '早安.txt': 'x', 'other.txt': 'x' })
    const asks = (keyword: string, text: string) => fits(of(keyword), text)
    expect(['一只猫', 'my CAT', '喵喵'].map((text) => asks('猫', text))).toEqual([true, true, true])
    expect(['早安 ', '早！', '早上好', '早安吗'].map((text) => asks('早安', text))).toEqual([true, true, true, false])
    expect(['other', 'OTHER ', 'another'].map((text) => asks('other', text))).toEqual([true, true, false])
    const places = [inGroup('g1'), inGroup('g2'), inGroup('g3'), inPrivate]
    expect(places.map((from) => isFor(of('猫'), from))).toEqual([false, true, false, false])
    expect(places.map((from) => isFor(of('早安'), from))).toEqual([true, true, false, false])
    expect([of('猫').coolDownMs, of('早安').coolDownMs]).toEqual([0, 1000])
  })

  test('without one a keyword is the whole text, everywhere', async () => {
    const { of } = await read({ '猫.txt': 'x' })
    expect([isFor(of('猫'), inPrivate), isFor(of('猫'), inGroup('g1')), fits(of('猫'), '猫猫')]).toEqual([
      true,
      true,
      false,
    ])
  })

  test.each([
    ['keywords: [', /^index\.yaml:1: /],
    ['keyword: {}', 'index.yaml: Unrecognized key: "keyword"'],
    ['keywords: { 猫: { pattern: "a(?!b)" } }', 'index.yaml keywords 猫 pattern: looks ahead or behind'],
    [
      'keywords: { 猫: { pattern: "(" } }',
      'index.yaml keywords 猫 pattern: is no regular expression: Unterminated group',
    ],
    ['keywords: { 猫: { groups: [20001] } }', /^index\.yaml keywords 猫 groups 0: /],
  ])('%s is refused', async (text, message) => {
    await expect(read({ 'index.yaml': text })).rejects.toThrow(message)
  })
})

test('a folder that is not there is refused by the name of its setting', async () => {
  await expect(readReplies('/no/such/folder')).rejects.toThrow('scenes.replies.folder: it cannot be read (ENOENT)')
})

describe('as a scene', () => {
  const pick = ({ en }: { en: string }) => en
  const context = async (text: string, folder?: string, restsMs = 0) => {
    const message = { from: inGroup('g1'), text }
    const more = { coolDown: async () => restsMs, log: () => {}, pick, settings: { folder } }
    // What the command asks of its context, and no more.
    return replies.commands.default?.run({ args: { text }, message, ...more } as never)
  }
  test('it answers, rests, and says when it is off', async () => {
    const { path } = await read({ '猫.txt': '喵' })
    expect(await context('猫', path)).toEqual({ kind: 'text', text: '喵' })
    await expect(context('狗', path)).rejects.toThrow('no such keyword')
    await expect(context('猫', path, 500)).rejects.toMatchObject({ name: 'IgnoredError' })
    await expect(context('猫')).rejects.toThrow('scenes.replies.folder')
  })

  test('of several keywords in one text the longest counts', async () => {
    const { path } = await read({ '猫.txt': '喵', '猫咪.txt': '咪', 'index.yaml': 'match: contains' })
    expect(await context('我爱猫咪', path)).toEqual({ kind: 'text', text: '咪' })
  })

  test('its triggers are its keywords', async () => {
    const { path } = await read({
      '猫.txt': '喵',
      '狗.txt': '汪',
      'index.yaml': 'keywords: { 狗: { match: contains, pattern: ^w } }',
    })
    const { triggers } = replies.commands.default ?? {}
    const made = typeof triggers === 'function' ? await triggers({ folder: path }, () => {}) : triggers
    expect(made).toEqual(expect.arrayContaining([{ exact: '猫' }, { keyword: '狗' }, { pattern: /^w/iu }]))
  })
})
