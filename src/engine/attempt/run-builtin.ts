import { readArguments } from '../../core/command/words.ts'
import { UsageError } from '../../core/errors.ts'
import { partsOf } from '../../core/message/part.ts'
import type { Run } from '../../core/task/run.ts'
import type { Route } from '../../core/task/task.ts'
import { inLang, type Lang } from '../../core/text/lang.ts'
import type { Builtin } from '../builtins/builtin.ts'
import type { Access } from '../people/access.ts'
import type { Attempt } from './attempt.ts'

export interface BuiltinPorts {
  builtins: ReadonlyMap<string, Builtin>
  access: Access
}

/** Runs a built-in command. They only touch the store, so the store's own time limit bounds them. */
export async function runBuiltin(run: Run, route: Route, lang: Lang, ports: BuiltinPorts): Promise<Attempt> {
  const builtin = ports.builtins.get(route.command)
  if (builtin === undefined) throw new Error(`there is no built-in command ${route.command}`)
  try {
    const content = await builtin.run({
      args: readArguments(route.rest, builtin.entry, lang),
      message: run.task.message,
      lang,
      me: run.owner,
      access: ports.access,
      pick: (text) => inLang(lang, text),
    })
    return { state: 'done', say: partsOf(content) }
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    return { state: 'refused', why: 'it cannot be done as asked', say: [{ kind: 'text', text: error.message }] }
  }
}
