import type { Log } from '../core/log.ts'
import { chatKey } from '../core/message/address.ts'
import { askerOf, type Message } from '../core/message/message.ts'
import type { Part } from '../core/message/part.ts'
import { liveStates, type Run } from '../core/task/run.ts'
import type { Task } from '../core/task/task.ts'
import { type Bilingual, inLang, type Lang } from '../core/text/lang.ts'
import { whyOf } from '../core/text/why.ts'
import type { Runs } from '../store/store.ts'

/** Who asks much at once is told once in so long. */
const QUIET_MS = 60_000

export interface LateNotices {
  /** The task's person hears of it when it has not ended after a while. */
  watch(task: Task): void
  close(): void
}

export interface LateNoticePorts {
  afterMs: number
  runs: Pick<Runs, 'create'>
  ahead(task: Task): Promise<number>
  say(said: { id: string; to: Message['from']; parts: Part[]; taskId: string }): Promise<unknown>
  languageOf(message: Message): Promise<Lang>
  now(): number
  log: Log
}

/**
 * Notices for what is usually quick enough to need none. They are a courtesy and live in memory: a process that ends
 * takes its own along.
 */
export function openLateNotices({ afterMs, runs, ahead, say, languageOf, now, log }: LateNoticePorts): LateNotices {
  const timers = new Set<NodeJS.Timeout>()
  const toldAt = new Map<string, number>()

  async function notice(task: Task): Promise<void> {
    const { message } = task
    const owner = askerOf(message)
    const key = `${chatKey(message.from)} ${owner}`
    if (now() - (toldAt.get(key) ?? 0) < QUIET_MS) return
    for (const [other, at] of toldAt) if (now() - at >= QUIET_MS) toldAt.delete(other)
    toldAt.set(key, now())
    const received = { at: message.receivedAt, kind: 'received' as const }
    const { run } = await runs.create({ id: task.id, task, owner, events: [received] }, now())
    if (!liveStates.includes(run.state)) return void toldAt.delete(key)
    const text = inLang(await languageOf(message), noticeText(run, run.state === 'running' ? 0 : await ahead(task)))
    await say({ id: `${task.id}-notice`, to: message.from, parts: [{ kind: 'text', text }], taskId: task.id })
  }

  return {
    watch(task) {
      const timer = setTimeout(() => {
        timers.delete(timer)
        notice(task).catch((error: unknown) =>
          log.warn({ taskId: task.id, error: whyOf(error) }, 'a notice was not given'),
        )
      }, afterMs)
      timers.add(timer)
    },
    close() {
      for (const timer of timers) clearTimeout(timer)
    },
  }
}

function noticeText({ number, state }: Run, before: number): Bilingual {
  const place =
    state === 'running'
      ? { zh: '正在回答', en: 'being answered' }
      : {
          zh: before === 0 ? '排在最前' : `前面还有 ${before} 个`,
          en: before === 0 ? 'next in line' : `${before} ahead of it`,
        }
  return {
    zh: `#${number} ${place.zh}，请稍候。要停止请发 cancel ${number}`,
    en: `#${number}: ${place.en}, please wait. To stop it, send "cancel ${number}".`,
  }
}
