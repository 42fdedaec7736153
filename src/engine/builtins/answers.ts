import { UsageError } from '../../core/errors.ts'
import type { Bilingual } from '../../core/text/lang.ts'
import { readReference } from '../waiting/code.ts'
import { answerChosen, nothingAsked, questionMeant } from '../waiting/questions.ts'
import { argument, type Builtin, type BuiltinPorts, builtin } from './builtin.ts'

/** Answers to a task that asks something, by its number: what buttons send. */
export function answerBuiltins({ store, taskControl, now }: BuiltinPorts): Builtin[] {
  const ports = { store, signal: taskControl.signal, now }
  const args = [argument('number'), argument('text', { rest: true })]
  return [
    builtin(
      'answer',
      { zh: '回答任务的提问', en: 'Answer what a task asks' },
      args,
      async ({ args, me, pick, message, once }) => {
        const fail = (sentence: Bilingual): never => {
          throw new UsageError(pick(sentence))
        }
        const written = String(args.number)
        const reference = readReference(written)
        const run = reference && (await store.runs.findByNumber(reference.number))
        if (reference === undefined || run === undefined) return fail(nothingAsked(written.replace(/^#/, '')))
        const { id: taskId, number } = run
        const said = { text: String(args.text).trim(), by: me, message: message.id }
        const chosen = await once('question', async () => {
          const meant = await questionMeant(run, reference, said, ports)
          return 'signal' in meant ? { taskId, number, signal: meant.signal } : fail(meant)
        })
        const refusal = await answerChosen(chosen, said, ports)
        if (refusal !== undefined) return fail(refusal)
        return pick({ zh: `#${number} 收到，继续进行。`, en: `#${number} has your answer and goes on.` })
      },
      ['回答'],
    ),
  ]
}
