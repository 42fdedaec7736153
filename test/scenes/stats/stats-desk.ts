import { copyFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Message } from '../../../src/core/message/message.ts'
import type { Part } from '../../../src/core/message/part.ts'
import type { MediaFiles } from '../../../src/engine/files/media.ts'
import { openRunFiles } from '../../../src/engine/files/run-files.ts'
import { openScratch } from '../../../src/engine/files/scratch.ts'
import { type HostCalls, type HostEnd, openSlots } from '../../../src/engine/host/slots.ts'
import { readSources } from '../../../src/scenes/sources.ts'
import { silent } from '../../engine/scene-folder.ts'

/** What a question came to. */
export interface Answered {
  end: HostEnd
  /** All texts, one below the other; the sentence, where it was refused. */
  text: string
  /** The chart. */
  png?: Uint8Array
  /** The whole result, as it was kept. */
  csv?: string
  ms: number
}

export interface StatsDesk {
  /** Asks as a person does, with this file sent along: its content, or the path of one. */
  ask(words: string, file?: { name: string; content: string | Uint8Array | { path: string } }): Promise<Answered>
  /** Folders that commands have left behind. */
  leftovers(): Promise<number>
  close(): Promise<void>
}

/** The stats scene in a child process as the `cpu` lane has it. */
export async function openStatsDesk(
  options: { memoryMb?: number; timeoutMs?: number; lang?: 'zh' | 'en' } = {},
): Promise<StatsDesk> {
  const { memoryMb = 512, timeoutMs = 60_000, lang = 'zh' } = options
  const root = await mkdtemp(join(tmpdir(), 'stats-'))
  const scratch = openScratch(join(root, 'scratch'), 'test', Date.now)
  const folder = fileURLToPath(new URL('../../../src/scenes', import.meta.url))
  const slots = openSlots({
    isolation: 'process',
    size: 1,
    memoryMb,
    sources: () => readSources([folder]),
    env: { PATH: process.env.PATH, TZ: 'Asia/Shanghai' },
    log: silent,
  })
  let asked = 0

  return {
    async ask(words, file) {
      asked += 1
      const [command = '', ...rest] = words.split(' ')
      const sentPath = join(root, `sent-${asked}`)
      const parts: Part[] = [{ kind: 'text', text: `stats ${words}` }]
      if (file !== undefined) {
        parts.push({ kind: 'file', media: { source: 'platform', id: 'm' }, name: file.name })
        if (typeof file.content !== 'object' || file.content instanceof Uint8Array)
          await writeFile(sentPath, file.content)
      }
      let csv: string | undefined
      const media: MediaFiles = {
        async fetch(_media, _at, path) {
          const from = typeof file?.content === 'object' && 'path' in file.content ? file.content.path : sentPath
          await copyFile(from, path)
          return { state: 'fetched', bytes: (await stat(path)).size }
        },
        quoted: async () => [],
        lastSent: async () => undefined,
        async keep({ path }) {
          csv = await readFile(path, 'utf8')
          return { state: 'kept', fileId: 'file-1', url: undefined }
        },
      }
      const message: Message = {
        id: `m${asked}`,
        from: { channel: 'console', chat: 'c', chatKind: 'private' },
        sender: { id: 'ann' },
        text: '',
        parts,
        receivedAt: 0,
      }
      const signal = AbortSignal.timeout(timeoutMs)
      const files = openRunFiles(message, lang, { media, scratch, note: () => undefined }, signal)
      const calls: HostCalls = {
        begun() {},
        async call(call) {
          if (call.method !== 'file') throw new Error(`stats asks for nothing but files, not ${call.method}`)
          return files.answer(call.order)
        },
        progress() {},
        log() {},
      }
      const route = { scene: 'stats', command, rest: rest.join(' ') }
      const startedAt = performance.now()
      const end = await slots.run(
        { runId: `r${asked}`, route, message, lang, attempt: 1, taskNumber: asked },
        calls,
        signal,
        1_000,
      )
      const ms = performance.now() - startedAt
      await files.end()
      const said = end.state === 'done' ? end.parts : []
      const picture = said.find((part) => part.kind === 'image')
      return {
        end,
        text:
          end.state === 'refused'
            ? end.why
            : said
                .map((part) => (part.kind === 'text' ? part.text : ''))
                .join('\n')
                .trim(),
        png: picture?.media.source === 'inline' ? Buffer.from(picture.media.base64, 'base64') : undefined,
        csv,
        ms,
      }
    },
    leftovers: async () =>
      (await readdir(join(root, 'scratch', 'test'))).filter((name) => name.startsWith('run-')).length,
    async close() {
      await slots.close()
      await scratch.close()
      await rm(root, { recursive: true, force: true })
    },
  }
}
