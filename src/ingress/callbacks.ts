import type { IRouter, NextFunction, Request, RequestHandler, Response } from 'express'
import type { Channel, Inbound } from '../channels/channel.ts'
import { StoreUnavailableError, UnverifiedError } from '../core/errors.ts'
import type { Log } from '../core/log.ts'
import type { Ack } from '../core/message/ack.ts'
import type { RidingAnswer } from './held-replies.ts'
import { BodyTooLargeError, readBody } from './read-body.ts'
import type { Reception } from './reception.ts'
import type { WaitingMessages } from './waiting-messages.ts'

export interface CallbackPorts {
  channels: ReadonlyMap<string, Channel>
  reception: Reception
  /** Where messages go whose platform never sends again, by channel id. */
  waiting: ReadonlyMap<string, WaitingMessages>
  bodyBytes: number
  onAck?(channel: string, kind: Inbound['kind'] | 'unverified' | 'unavailable', ms: number): void
  log: Log
}

/**
 * Puts `GET|POST /in/:channel` on the application itself, a router of its own costs each callback: verify, store,
 * acknowledge.
 */
export function takeCallbacks(app: IRouter, ports: CallbackPorts): void {
  const take = callback(ports)
  app.get('/in/:channel', take)
  app.post('/in/:channel', take)
  // Four parameters make it express's place for faults; its own would show the stack to whoever called.
  app.use((error: unknown, _req: Request, res: Response, _next: NextFunction) => {
    const isTheirs = error instanceof URIError
    if (!isTheirs) ports.log.error({ error: String(error) }, 'a callback failed')
    res.status(isTheirs ? 400 : 500).end()
  })
}

function callback({
  channels,
  reception,
  waiting,
  bodyBytes,
  onAck,
  log,
}: CallbackPorts): RequestHandler<{ channel: string }> {
  return async (req, res) => {
    const startedAt = performance.now()
    const channel = channels.get(req.params.channel)
    if (channel?.can.callbacks === undefined) {
      res.status(404).json({ error: { code: 'no_such_channel', message: 'no channel takes callbacks here' } })
      return
    }
    const done = (kind: Parameters<NonNullable<typeof onAck>>[1]): void =>
      onAck?.(channel.id, kind, performance.now() - startedAt)
    try {
      const inbound = channel.can.callbacks.receive({
        method: req.method,
        rawQuery: queryOf(req.originalUrl),
        headers: headersOf(req.headers),
        body: await readBody(req, bodyBytes),
      })
      if (inbound.kind !== 'message') {
        if (inbound.kind === 'ignored') log.info({ channel: channel.id, why: inbound.why }, 'callback ignored')
        send(res, inbound.ack)
        done(inbound.kind)
        return
      }
      const comesOnce = waiting.get(channel.id)
      if (comesOnce !== undefined) {
        // Not stored yet, it waits here all the same, for nobody posts it again.
        const isStored = await comesOnce.take(inbound.message)
        if (isStored) send(res, inbound.ack)
        else res.status(503).end()
        done(isStored ? 'message' : 'unavailable')
        return
      }
      const gone = new AbortController()
      res.on('close', () => res.writableFinished || gone.abort())
      const answer = await reception.answer(channel, inbound.message, inbound.ack, gone.signal)
      if ('written' in answer) await sendRiding(res, answer)
      else send(res, answer)
      done('message')
    } catch (error) {
      if (error instanceof UnverifiedError) {
        log.warn({ channel: channel.id, kind: error.kind, status: error.status }, 'callback refused')
        res.status(error.status).end()
        done('unverified')
      } else if (error instanceof BodyTooLargeError) {
        log.warn({ channel: channel.id, kind: 'too_large', status: 413 }, 'callback refused')
        res.status(413).end()
        done('unverified')
      } else if (error instanceof StoreUnavailableError && res.headersSent) {
        // Acknowledged long ago: only the word that its answer was read is missing, and the claim on that will run out.
        log.warn({ channel: channel.id, error: error.message }, 'an answer was not settled')
        done('message')
      } else if (error instanceof StoreUnavailableError) {
        // Not stored, so not acknowledged: the platform comes again.
        log.error({ channel: channel.id, error: error.message }, 'callback not stored')
        res.status(503).set('retry-after', '5').end()
        done('unavailable')
      } else if (req.complete) throw error
      // Else the client hung up in the middle of its body: there is nobody to answer.
    }
  }
}

function send(res: Parameters<RequestHandler>[1], ack: Ack): void {
  res.status(ack.status)
  if (ack.headers !== undefined) res.set({ ...ack.headers })
  res.end(ack.body ?? '')
}

/** Resolves once the answer's delivery knows whether it went out with this response. */
async function sendRiding(res: Parameters<RequestHandler>[1], answer: RidingAnswer): Promise<void> {
  if (res.destroyed || res.writableEnded) return answer.written(false)
  const written = new Promise<boolean>((resolve) => {
    res.once('finish', () => resolve(true))
    res.once('close', () => resolve(res.writableFinished))
  })
  send(res, answer.ack)
  await answer.written(await written)
}

function queryOf(url: string): string {
  const at = url.indexOf('?')
  return at === -1 ? '' : url.slice(at + 1)
}

function headersOf(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string | undefined> {
  // Node joins repeated headers with a comma, except set-cookie, which no platform sends.
  return headers as Record<string, string | undefined>
}
