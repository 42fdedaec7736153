import { readArguments } from '../../core/command/words.ts'
import { UsageError } from '../../core/errors.ts'
import { partsOf } from '../../core/message/part.ts'
import { retryWhileUnavailable } from '../../core/retry-while-unavailable.ts'
import type { Run } from '../../core/task/run.ts'
import type { Route } from '../../core/task/task.ts'
import { type Bilingual, inLang, type Lang } from '../../core/text/lang.ts'
import type { Store } from '../../store/store.ts'
import type { Builtin } from '../builtins/builtin.ts'
import type { Access } from '../people/access.ts'
import { openOnce } from '../steps/once.ts'
import type { Attempt } from './attempt.ts'

export interface BuiltinPorts {
  builtins: ReadonlyMap<string, Builtin>
  access: Access
  store: { steps: Pick<Store['steps'], 'find' | 'save'> }
}

/**
 * Runs a built-in command. They only touch the store, so its time limit bounds them, and they bear a repeat, so its
 * being away is sat out.
 */
export async function runBuiltin(run: Run, route: Route, lang: Lang, ports: BuiltinPorts): Promise<Attempt> {
  const builtin = ports.builtins.get(route.command)
  if (builtin === undefined) throw new Error(`there is no built-in command ${route.command}`)
  try {
    const call = {
      args: readArguments(route.rest, builtin.entry, lang),
      message: run.task.message,
      lang,
      me: run.owner,
      access: ports.access,
      once: openOnce(run, ports.store.steps),
      pick: (text: Bilingual) => inLang(lang, text),
    }
    const content = await retryWhileUnavailable(() => builtin.run(call))
    return { state: 'done', say: partsOf(content) }
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    return { state: 'refused', why: 'it cannot be done as asked', say: [{ kind: 'text', text: error.message }] }
  }
}
