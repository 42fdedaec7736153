import type { Log } from '../../core/log.ts'
import { retryWhileUnavailable } from '../../core/retry-while-unavailable.ts'
import { liveStates, type Run, type RunState } from '../../core/task/run.ts'
import { stepsNamed } from '../../store/named-steps.ts'
import type { Store } from '../../store/store.ts'

/*
 * What a task registered to take it back (`onCancel`), kept among its steps, and which tasks have ended and still are
 * to be taken back.
 */

const REGISTERED = 'undo:'
const TAKEN_BACK = 'undone:'
/** Settings that name tasks which have ended, or are about to, and may have something to be taken back. */
const OWED = 'owed:'
export const OWED_KEPT_MS = 7 * 86_400_000

export type Kept = readonly { name: string; value: unknown }[]

export function registeredStep(name: string): string {
  return `${REGISTERED}${name}`
}

function takenBackStep(name: string): string {
  return `${TAKEN_BACK}${name}`
}

/** What is kept of a run about its compensation. */
export function compensationSteps({ id }: Pick<Run, 'id'>, { steps }: Pick<Store, 'steps'>): Promise<Kept> {
  return stepsNamed(id, [REGISTERED, TAKEN_BACK], steps)
}

/** What is still to be taken back, in the order in which it was registered. */
export function pendingIn(kept: Kept): { name: string; timeoutMs: number }[] {
  const names = new Set(kept.map(({ name }) => name))
  return kept.flatMap(({ name, value }) => {
    const undo = name.startsWith(REGISTERED) ? name.slice(REGISTERED.length) : undefined
    if (undo === undefined || names.has(takenBackStep(undo))) return []
    // Kept by `runInSlot`.
    return [{ name: undo, timeoutMs: (value as { timeoutMs: number }).timeoutMs }]
  })
}

/**
 * What a task that ended otherwise than done is in: it has effects to be taken back first, they are taken back, or
 * there are none.
 */
export function compensationState(kept: Kept): 'owed' | 'taken-back' | 'none' {
  if (pendingIn(kept).length > 0) return 'owed'
  return kept.some(({ name }) => name.startsWith(TAKEN_BACK)) ? 'taken-back' : 'none'
}

/** Only commands of scenes register anything. */
export function mayCompensate({ task: { route } }: Run): boolean {
  return route !== undefined && route.scene !== ''
}

/**
 * After such an end what was registered is taken back; what is done stays, and what was ignored was not for the
 * command.
 */
export function isCompensatedAfter(state: RunState): boolean {
  return state === 'cancelled' || state === 'failed' || state === 'refused'
}

/** Notes, before a task ends, that it may have to be taken back: whoever does it may die. */
export async function notePending(run: Run, { settings }: Pick<Store, 'settings'>, now: number): Promise<void> {
  await settings.set(`${OWED}${run.id}`, 'after its attempt', now + OWED_KEPT_MS)
}

/** The same for a task that ends by itself, where it has registered something. */
export async function notePendingIfRegistered(
  run: Run,
  { store, now }: { store: Pick<Store, 'steps' | 'settings'>; now(): number },
): Promise<void> {
  if (mayCompensate(run) && pendingIn(await compensationSteps(run, store)).length > 0)
    await notePending(run, store, now())
}

/** Of a task that nobody runs: whether there is something to be taken back, which may begin at once. */
export async function mayCompensateNow(
  run: Run,
  { settings, steps }: Pick<Store, 'settings' | 'steps'>,
  now: number,
): Promise<boolean> {
  if (pendingIn(await compensationSteps(run, { steps })).length === 0) {
    await clearPending(run, { settings })
    return false
  }
  await settings.set(`${OWED}${run.id}`, 'now', now + OWED_KEPT_MS)
  return true
}

/**
 * How it may be begun: at once, or after the time that its last attempt may still take; undefined when it is owed
 * nothing.
 */
export async function howPending(
  run: Run,
  { settings }: Pick<Store, 'settings'>,
  now: number,
): Promise<'now' | 'after its attempt' | undefined> {
  const how = await settings.get(`${OWED}${run.id}`, now)
  return how === undefined || how === 'now' ? how : 'after its attempt'
}

/** Nothing of it is left to be taken back. */
export async function clearPending(run: Run, { settings }: Pick<Store, 'settings'>): Promise<void> {
  await settings.remove(`${OWED}${run.id}`)
}

/** What could not be taken back. */
export function failedIn(kept: Kept): string[] {
  return kept.flatMap(({ name, value }) => {
    // Kept by `noteTakenBack`.
    const isFailed = name.startsWith(TAKEN_BACK) && (value as { error?: string }).error !== undefined
    return isFailed ? [name.slice(TAKEN_BACK.length)] : []
  })
}

/** Tasks that have ended and were not yet taken back, for the sweeper: whoever was to do it died. */
export async function pendingCompensations(
  { settings, runs }: Pick<Store, 'settings' | 'runs'>,
  now: number,
  limit: number,
): Promise<Run[]> {
  const owed: Run[] = []
  for (const { name } of (await settings.list(OWED, now)).slice(0, limit)) {
    const run = await runs.find(name.slice(OWED.length))
    if (run !== undefined && isCompensatedAfter(run.state)) owed.push(run)
    else if (run === undefined || !liveStates.includes(run.state)) await settings.remove(name)
  }
  return owed
}

/** Keeps that something is taken back, or why it cannot be. */
export async function noteCompensated(
  run: Run,
  { name, ms, error }: { name: string; ms?: number; error?: string },
  {
    store,
    now,
    log,
    changed,
  }: { store: Pick<Store, 'steps' | 'runs'>; now(): number; log: Log; changed(taskId: string): void },
): Promise<void> {
  await retryWhileUnavailable(() => store.steps.save(run.id, takenBackStep(name), { error }))
  const text = error === undefined ? name : `${name}: ${error}`
  await retryWhileUnavailable(() => store.runs.note(run.id, [{ at: now(), kind: 'undone', text, ms }]))
  if (error !== undefined) log.error({ taskId: run.id, name, error }, 'something of a task could not be taken back')
  changed(run.id)
}
