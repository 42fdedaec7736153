import type { SceneEntry } from '../../core/command/catalog.ts'
import { aboutBuiltins } from './about.ts'
import { answerBuiltins } from './answers.ts'
import { approvalBuiltins } from './approvals.ts'
import type { Builtin, BuiltinPorts } from './builtin.ts'
import { grantBuiltins } from './grants.ts'
import { presetBuiltins } from './presets.ts'
import { quotaBuiltins } from './quota.ts'
import { scheduleBuiltins } from './schedules.ts'
import { taskBuiltins } from './tasks.ts'

export function builtinsOf(ports: BuiltinPorts): ReadonlyMap<string, Builtin> {
  const all = [
    ...aboutBuiltins(ports),
    ...presetBuiltins(ports),
    ...taskBuiltins(ports),
    ...grantBuiltins(ports),
    ...approvalBuiltins(ports),
    ...answerBuiltins(ports),
    ...quotaBuiltins(ports),
    ...scheduleBuiltins(ports),
  ]
  return new Map(all.map((builtin) => [builtin.entry.name, builtin]))
}

/** The built-in commands as a scene of the catalog: the one without a name, open to all. */
export function builtinScene(builtins: ReadonlyMap<string, Builtin>): SceneEntry {
  return {
    name: '',
    summary: { zh: '内置命令', en: 'Built-in commands' },
    isPublic: true,
    file: '',
    commands: [...builtins.values()].map(({ entry }) => entry),
  }
}
