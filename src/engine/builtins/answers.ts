import { UsageError } from '../../core/errors.ts'
import { giveAnswer, nothingAsked, questionOf } from '../waiting/answers.ts'
import { argument, type Builtin, type BuiltinPorts, builtin } from './builtin.ts'

/** Answers to a task that asks something, by its number: what buttons send. */
export function answerBuiltins(ports: BuiltinPorts): Builtin[] {
  const { store, desk } = ports
  const args = [argument('number'), argument('text', { rest: true })]
  return [
    builtin(
      'answer',
      { zh: '回答任务的提问', en: 'Answer what a task asks' },
      args,
      async ({ args, me, pick }) => {
        const number = String(args.number).replace(/^#/, '')
        const run = /^\d{1,15}$/.test(number) ? await store.runs.findByNumber(Number(number)) : undefined
        if (run === undefined) throw new UsageError(pick(nothingAsked(number)))
        const asked = await questionOf(run, me, ports)
        if (!('signal' in asked)) throw new UsageError(pick(asked))
        const refusal = await giveAnswer(run, asked, String(args.text).trim(), me, desk)
        if (refusal !== undefined) throw new UsageError(pick(refusal))
        return pick({ zh: `#${run.number} 收到，继续进行。`, en: `#${run.number} has your answer and goes on.` })
      },
      ['回答'],
    ),
  ]
}
