import type { Argument } from '../../core/command/catalog.ts'
import { commandText } from '../../core/command/entries.ts'
import type { DeliveryState } from '../../core/delivery/delivery.ts'
import { UsageError } from '../../core/errors.ts'
import { plainText } from '../../core/message/part.ts'
import { writeMoment } from '../../core/schedule/moment.ts'
import { liveStates, type Run } from '../../core/task/run.ts'
import { isAuthorsStep } from '../../core/task/step-name.ts'
import type { Bilingual } from '../../core/text/lang.ts'
import { stateWords } from '../people/state-words.ts'
import { argument, type Builtin, type BuiltinCall, type BuiltinPorts, builtin, isTheirs } from './builtin.ts'

const number = argument('number')
const fresh: Argument = { ...argument('fresh', { optional: true }), flag: true }
const NAMES_SHOWN = 5
/** Beyond so many a retry tells only the newest. */
const MOST_STEPS = 500

/** Looking at one's tasks and changing what becomes of them. */
export function taskBuiltins(ports: BuiltinPorts): Builtin[] {
  const { store, taskControl } = ports

  async function find(call: BuiltinCall): Promise<Run> {
    const given = String(call.args.number ?? '')
      .normalize('NFKC')
      .replace(/^#/, '')
    const run = /^\d{1,15}$/.test(given) ? await store.runs.findByNumber(Number(given)) : undefined
    // Another person's task and one that is not there look the same from outside.
    if (run === undefined || !isTheirs(run, call)) {
      throw new UsageError(
        call.pick({
          zh: `没有你的任务 #${given}。发送 tasks 查看。`,
          en: `You have no task #${given}. Send "tasks" to see yours.`,
        }),
      )
    }
    return run
  }

  async function keptSteps(run: Run): Promise<string[]> {
    return (await store.steps.sizes(run.id, MOST_STEPS)).map(({ name }) => name).filter(isAuthorsStep)
  }

  return [
    builtin('tasks', { zh: '我的任务', en: 'My tasks' }, [argument('all', { optional: true })], async (call) => {
      const all = call.args.all !== undefined && call.access.isAdmin(call.message)
      const runs = await store.runs.list(all ? {} : { user: call.me }, 10)
      const others = runs.filter((run) => run.id !== call.message.id)
      if (others.length === 0) return call.pick({ zh: '还没有任务。', en: 'No tasks yet.' })
      return others.map((run) => lineOf(run, call)).join('\n')
    }),
    builtin('task', { zh: '一个任务的经过', en: 'One task, hop by hop' }, [number], async (call) => {
      const run = await find(call)
      const [events, deliveries] = await Promise.all([store.runs.timeline(run.id), store.outbox.ofTask(run.id)])
      const from = events[0]?.at ?? run.createdAt
      const lines = events.slice(-20).map((event) => {
        const detail = event.text === undefined ? '' : ` ${firstLine(event.text)}`
        const child = event.child === undefined ? '' : ` → #${event.child.number}`
        return `+${seconds(event.at - from)} ${event.kind}${detail}${child}`
      })
      const sends = deliveries.map(({ state, why, delivery }) => {
        const text = plainText([delivery.part]).slice(0, 30)
        return `→ ${call.pick(deliveryWords[state])}${why === undefined ? '' : ` (${why})`} ${firstLine(text)}`
      })
      return [lineOf(run, call), writeMoment(run.createdAt, ports.timeZone), ...lines, ...sends].join('\n')
    }),
    builtin(
      'cancel',
      { zh: '取消一个任务', en: 'Cancel a task' },
      [number],
      async (call) => {
        const run = await find(call)
        const wasLive = await call.once('was live', async () => liveStates.includes(run.state))
        if (wasLive && (await taskControl.cancel(run, call.me, { again: true })))
          return call.pick({ zh: `#${run.number} 已取消。`, en: `#${run.number} is cancelled.` })
        throw new UsageError(call.pick({ zh: `#${run.number} 已经结束了。`, en: `#${run.number} has ended already.` }))
      },
      ['取消'],
    ),
    builtin('retry', { zh: '再试一次', en: 'Try a task again' }, [number, fresh], async (call) => {
      const run = await find(call)
      const isFresh = call.args.fresh === true
      const { generation, isLive, kept } = await call.once('was', async () => {
        return { generation: run.generation, isLive: liveStates.includes(run.state), kept: await keptSteps(run) }
      })
      // One generation on, an earlier attempt has opened it.
      if (run.generation > generation || (!isLive && (await taskControl.retry(run, call.me, { fresh: isFresh })))) {
        if (isFresh)
          return call.pick({ zh: `#${run.number} 从头开始。`, en: `#${run.number} starts from the beginning.` })
        return call.pick(kept.length === 0 ? startsAgain(run.number) : goesOn(run.number, kept))
      }
      throw new UsageError(call.pick({ zh: `#${run.number} 还在进行中。`, en: `#${run.number} is still under way.` }))
    }),
  ]
}

const startsAgain = (number: number): Bilingual => ({ zh: `#${number} 重新开始。`, en: `#${number} starts again.` })

function goesOn(number: number, kept: readonly string[]): Bilingual {
  const names = [...kept.slice(0, NAMES_SHOWN), ...(kept.length > NAMES_SHOWN ? ['…'] : [])]
  return {
    zh: `#${number} 接着做，已完成的 ${kept.length} 步保留：${names.join('、')}。要从头开始，结束后发 retry ${number} --fresh。`,
    en: `#${number} goes on; what is done is kept (${kept.length}): ${names.join(', ')}. To begin anew, send "retry ${number} --fresh" once it has ended.`,
  }
}

const deliveryWords: Record<DeliveryState, Bilingual> = {
  queued: { zh: '待发送', en: 'queued' },
  sending: { zh: '发送中', en: 'sending' },
  sent: { zh: '已送达平台', en: 'sent' },
  refused: { zh: '平台拒收', en: 'refused' },
  unsure: { zh: '不确定', en: 'unsure' },
  expired: { zh: '已过期', en: 'expired' },
}

function lineOf(run: Run, call: BuiltinCall): string {
  const { route, message } = run.task
  const what = route === undefined ? firstLine(message.text) : commandText(route.scene, route.command)
  const percent = run.progress?.percent
  const progress = run.state === 'running' && percent !== undefined ? ` ${Math.round(percent)}%` : ''
  return `#${run.number} ${what} · ${call.pick(stateWords[run.state])}${progress}`
}

function firstLine(text: string): string {
  const line = text.split('\n', 1)[0] ?? ''
  return line.length > 60 ? `${line.slice(0, 60)}…` : line
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(ms < 10_000 ? 2 : 0)}s`
}
