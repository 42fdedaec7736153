import { z } from 'zod'
import type { CommandContext, UndoOptions } from '../../../scenes/scene.ts'
import { MisuseError } from './misuse.ts'
import type { Setting } from './setting.ts'
import { stepAround } from './steps.ts'
import type { Undo } from './undoing.ts'

const optionsSchema = z.object({
  timeoutMs: z
    .number()
    .positive()
    .max(5 * 60_000)
    .default(60_000),
})

export function onCancelOf({ outside, takeName, undoing }: Setting): CommandContext<unknown>['onCancel'] {
  return async (name: string, undo: Undo, options: UndoOptions = {}) => {
    const read = optionsSchema.safeParse(options)
    if (!read.success) throw new MisuseError(`onCancel("${name}"): ${z.prettifyError(read.error)}`)
    if (typeof undo !== 'function') throw new MisuseError(`onCancel("${name}") takes a function`)
    const around = stepAround()
    if (around !== undefined)
      throw new MisuseError(`onCancel stands inside the step "${around}", which is not done again; register it before`)
    takeName('onCancel', name)
    if (undoing?.isReplay) return undoing.take(name, undo, read.data.timeoutMs)
    await outside.call({ method: 'onCancel', name, timeoutMs: read.data.timeoutMs })
  }
}
