import { type OrderOf, WAIT_PREFIX, type WaitKind, type WaitOf } from './kind.ts'

const stepOf = (name: string): string => `${WAIT_PREFIX}sleep:${name}`

export const sleep: WaitKind<OrderOf<'sleep'>, WaitOf<'sleep'>> = {
  async begin({ name, ms }, run, { store, now }) {
    const asked: WaitOf<'sleep'> = { kind: 'sleep', name, untilMs: now() + ms }
    // The cast holds: whoever was first has kept what is made here.
    const wait = (await store.steps.save(run.id, stepOf(name), asked)) as WaitOf<'sleep'>
    return wait.untilMs <= now() ? { value: undefined } : { waits: wait }
  },
  asks: () => [],
  async endOf({ name }, run, { store, now }) {
    const kept = await store.steps.find(run.id, stepOf(name))
    // The cast holds: it is kept above.
    return kept && (kept.value as WaitOf<'sleep'>).untilMs <= now() ? { value: undefined } : undefined
  },
  dry: ({ name }) => ({ value: undefined, note: `sleep ${name}: passed over` }),
}
