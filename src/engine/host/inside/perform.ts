import { z } from 'zod'
import type { CommandEntry } from '../../../core/command/catalog.ts'
import { readArguments, withUsage } from '../../../core/command/words.ts'
import { AppError, IgnoredError, UsageError } from '../../../core/errors.ts'
import { inLang, type Lang } from '../../../core/text/lang.ts'
import { whyOf } from '../../../core/text/why.ts'
import type { LoadedScene } from '../../../scenes/load.ts'
import type { Command } from '../../../scenes/scene.ts'
import type { End } from '../protocol.ts'
import { checkedParts, describedError } from './content.ts'
import { contextOf } from './context.ts'
import { NotDoneError } from './misuse.ts'
import { openNames } from './names.ts'
import type { Outside } from './outside.ts'
import { parentsOutside, runPiece } from './piece.ts'
import type { RunOrder } from './setting.ts'
import { plainJson } from './steps.ts'
import { openSuspension } from './suspension.ts'
import { openUndoing } from './undoing.ts'

/** Runs one command to its end, whatever that is; never throws. */
export async function perform(
  scenes: readonly LoadedScene[],
  order: RunOrder,
  outside: Outside,
  signal: AbortSignal,
): Promise<End> {
  const { scene, command: name } = order.route
  const loaded = scenes.find((each) => each.entry.name === scene)
  const entry = loaded?.entry.commands.find((each) => each.name === name)
  const command: Command | undefined = loaded?.scene.commands[name]
  if (loaded === undefined || entry === undefined || command === undefined) {
    return { state: 'failed', message: `there is no command ${scene} ${name} any more`, retry: 'never' }
  }
  if (order.version !== undefined && order.version !== loaded.entry.version) return { state: 'stale' }
  try {
    const args = await argumentsFor(command, entry, order)
    const suspension = openSuspension()
    const undoing = order.undoes && openUndoing(order.undoes)
    const setting = { order, outside, signal, takeName: openNames(), suspension, undoing }
    const work = async (): Promise<End> => {
      const pending = new Set<Promise<unknown>>()
      const context = contextOf(setting, args, loaded.settings, pending)
      if (order.piece !== undefined) {
        const { piece } = order
        const itsParents = {
          ...setting,
          outside: parentsOutside(outside, piece.name),
          takeName: openNames(),
          suspension: openSuspension(),
        }
        const parents = contextOf(itsParents, args, loaded.settings, new Set())
        const value = plainJson(await runPiece(command, piece, context, parents), `all("${piece.name}")`)
        await Promise.all(pending)
        return { state: 'piece', value }
      }
      const returned = await command.run(context)
      const parts = returned === undefined ? [] : checkedParts(returned, `${scene} ${name} returned`)
      // What was said and not waited for is said all the same.
      await Promise.all(pending)
      return { state: 'done', parts }
    }
    if (undoing !== undefined) {
      // However it ends, what it has come to by then is what can be taken back.
      const reached = await Promise.race([
        work().catch((error: unknown) => outside.log(whyOf(error))),
        undoing.stopped,
        suspension.reached,
      ])
      if (reached === 'parked') return { state: 'parked' }
      await undoing.undo(setting)
      return { state: 'done', parts: [] }
    }
    const waits = suspension.reached.then(
      (reached): End => (reached === 'parked' ? { state: 'parked' } : { state: 'waits', waits: reached }),
    )
    return await Promise.race([work(), waits])
  } catch (error) {
    return endOf(error)
  }
}

async function argumentsFor(command: Command, entry: CommandEntry, order: RunOrder): Promise<Record<string, unknown>> {
  const words = order.route.given ?? readArguments(order.route.rest, entry, order.lang)
  const error = order.lang === 'zh' ? z.locales.zhCN().localeError : undefined
  const read = await command.args.safeParseAsync(words, { error })
  if (read.success) return read.data
  const sentence = read.error.issues.map((issue) => issueSentence(issue, order.lang)).join('\n')
  throw new UsageError(withUsage(sentence, entry, order.lang))
}

function issueSentence(issue: z.core.$ZodIssue, lang: Lang): string {
  const name = issue.path.join('.')
  if (name === '') return issue.message
  if (issue.code === 'invalid_type' && issue.expected === 'number') {
    return inLang(lang, { zh: `参数 ${name} 要写一个数字。`, en: `The argument ${name} is a number.` })
  }
  return inLang(lang, {
    zh: `参数 ${name} 不对：${issue.message}`,
    en: `The argument ${name} is wrong: ${issue.message}`,
  })
}

function endOf(error: unknown): End {
  if (error instanceof NotDoneError) return { state: 'refused', why: error.message, reason: error.reason }
  if (error instanceof IgnoredError) return { state: 'ignored', why: error.message }
  if (error instanceof UsageError) return { state: 'refused', why: error.message }
  const retry = error instanceof AppError ? error.retry : 'later'
  return { state: 'failed', ...describedError(error), retry }
}
