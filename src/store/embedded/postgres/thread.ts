/** The database's thread: PGlite on one folder, answering statements one after the other. */
import { existsSync, rmSync } from 'node:fs'
import { mkdir, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { PGlite, types } from '@electric-sql/pglite'
import { whyOf } from '../../../core/text/why.ts'
import type { Answer, Fault, FromThread, Statement, ThreadStart, ToThread } from './messages.ts'
import { Session } from './session.ts'

/** Answers are sent together, but none waits longer than this for its neighbours. */
const FLUSH_AFTER_MS = 2

const port = parentPort
if (port === null) throw new Error('this file is the body of a worker thread')
const post = (message: FromThread): void => port.postMessage(message)
// Whoever starts this thread passes exactly this.
const { folder } = workerData as ThreadStart

/** Beside PGlite's own. Small buffers: the host caches the files anyway. */
const settings = {
  search_path: 'bullmq,public',
  shared_buffers: '16MB',
  min_wal_size: '32MB',
  max_wal_size: '64MB',
  default_statistics_target: '20',
  // Only what ends the session, see `onStderr`.
  log_min_messages: 'fatal',
}

let isOpen = false
let lastWords: string | undefined

const options = {
  // As node-postgres does, which is what BullMQ expects: bigint as text.
  parsers: { [types.INT8]: (value: string) => value },
  startParams: [
    ...PGlite.defaultStartParams,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ],
  onStderr: (line: string) => {
    const fatal = /\b(?:PANIC|FATAL): +(.*)|^Aborted\(/.exec(line)
    lastWords ??= fatal?.[1]
    // PostgreSQL has given up (no space for its log, a broken page); PGlite would go on calling into the ruin and spin
    // for ever.
    if (fatal !== null && isOpen) die(lastWords ?? line)
    return false
  },
}

function die(why: string): never {
  post({ kind: 'failed', why })
  process.exit(1)
}

async function open(folder: string): Promise<PGlite> {
  if (!existsSync(join(folder, 'PG_VERSION'))) await make(folder)
  return PGlite.create({ ...options, dataDir: folder })
}

/**
 * Made beside its place and then moved there: a kill in between leaves no half database that looks like a whole one.
 */
async function make(folder: string): Promise<void> {
  const scratch = `${folder}.new`
  rmSync(scratch, { recursive: true, force: true })
  await mkdir(dirname(folder), { recursive: true })
  const db = await PGlite.create({ ...options, dataDir: scratch })
  await db.close()
  await rename(scratch, folder)
}

async function answerTo(session: Session, { n, sql, values, inBlock }: Statement): Promise<Answer> {
  const answer = await session.run(sql, values).then(
    (result) => ({ result }),
    (error: unknown) => ({ fault: faultOf(error) }),
  )
  if (!session.inTransaction || inBlock) return { n, inTransaction: session.inTransaction, ...answer }
  // Nobody would ever close it, and all that comes after would be part of it.
  await session.run('ROLLBACK', undefined)
  const message = 'a transaction is opened by a client, with a statement that starts with BEGIN'
  return { n, inTransaction: false, fault: { message } }
}

function faultOf(error: unknown): Fault {
  if (!(error instanceof Error)) return { message: String(error) }
  // PGlite's errors carry PostgreSQL's fields; other errors simply lack them.
  const { severity, code, detail, hint, constraint, where } = error as Error & Fault
  return { message: error.message, severity, code, detail, hint, constraint, where }
}

const waiting: Statement[] = []
let isWorking = false

async function work(session: Session): Promise<void> {
  isWorking = true
  let answers: Answer[] = []
  let flushedAt = performance.now()
  for (let statement = waiting.shift(); statement; statement = waiting.shift()) {
    answers.push(await answerTo(session, statement))
    if (waiting.length > 0 && performance.now() - flushedAt < FLUSH_AFTER_MS) continue
    post({ kind: 'answers', answers })
    answers = []
    flushedAt = performance.now()
  }
  isWorking = false
}

try {
  const db = await open(folder)
  isOpen = true
  const session = new Session(db)
  db.onNotification((channel, payload) => post({ kind: 'notification', channel, payload }))
  port.on('message', (message: ToThread) => {
    if (message.kind === 'close') {
      isOpen = false
      void db.close().finally(() => process.exit(0))
      return
    }
    waiting.push(...message.statements)
    if (!isWorking) void work(session)
  })
  post({ kind: 'ready' })
} catch (error) {
  die(lastWords ?? whyOf(error))
}
