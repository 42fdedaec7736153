import { createServer } from 'node:http'
import express from 'express'
import { openBackend } from '../../queues/backend.ts'
import { openLog } from '../../src/app/machine/log.ts'
import { wecomApp } from '../../src/channels/wecom-app/index.ts'
import { configOf, readOptions } from './config.ts'
import { queuesAt } from './queues-at.ts'

/* The least that could acknowledge honestly: express, the same signature, decryption and parsing, one queue add. */
const options = readOptions()
const config = configOf(options)
const log = openLog('warn')
const backend = openBackend(await queuesAt(options), { leaseMs: 10_000, onError: () => {} })
const queue = backend.queue('floor')
const [wecom] = config.channels
if (wecom?.platform !== 'wecom-app') throw new Error('the benchmark’s account is missing')
const channel = wecomApp(wecom, {
  now: Date.now,
  log,
  readFile: () => Promise.reject(new Error('no files here')),
  shared: { get: () => Promise.reject(new Error('no sends here')) },
  isBound: () => false,
  reopen: async () => {},
  exchange: { hold: async () => async () => {}, ask: () => Promise.reject(new Error('no sends here')) },
  isTriggered: () => false,
})

const app = express()
app.disable('x-powered-by')
app.disable('etag')
app.post('/in/wecom', async (req, res) => {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk)
  const rawQuery = req.originalUrl.slice(req.originalUrl.indexOf('?') + 1)
  const inbound = channel.can.callbacks?.receive({ method: 'POST', rawQuery, headers: {}, body: Buffer.concat(chunks) })
  if (inbound?.kind !== 'message') throw new Error('the benchmark sends messages only')
  await queue.add('task', inbound.message, { jobId: inbound.message.id })
  res.status(200).end('')
})
const server = createServer(app)
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address !== null)
    process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${address.port}/in/wecom` })}\n`)
})
process.once('SIGTERM', () => process.exit(0))
