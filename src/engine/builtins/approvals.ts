import { UsageError } from '../../core/errors.ts'
import { argument, type Builtin, builtin } from './builtin.ts'

/** Answers to a task that asks for approval. No shipped command asks for one, so each says that nothing waits. */
export function approvalBuiltins(): Builtin[] {
  const answer = (name: string, zh: string, en: string): Builtin =>
    builtin(name, { zh, en }, [argument('number')], async ({ args, pick }) => {
      const number = String(args.number).replace(/^#/, '')
      throw new UsageError(pick({ zh: `#${number} 没有在等待审批。`, en: `#${number} does not wait for an approval.` }))
    })
  return [answer('approve', '同意', 'Approve'), answer('reject', '驳回', 'Reject')]
}
