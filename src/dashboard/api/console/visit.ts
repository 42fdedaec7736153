import { randomBytes } from 'node:crypto'
import type { RawData, WebSocket } from 'ws'
import { z } from 'zod'
import { StoreUnavailableError, UnavailableError, UsageError } from '../../../core/errors.ts'
import { chatKey } from '../../../core/message/address.ts'
import { cleanJson } from '../../../core/text/clean.ts'
import { type Bilingual, inLang } from '../../../core/text/lang.ts'
import type { Api } from '../api.ts'
import { sentences } from './sentences.ts'
import { type ConsoleDown, consoleUpSchema } from './shapes.ts'
import type { Opening, Saying } from './side.ts'
import type { Sides } from './sides.ts'

/** A browser that reads slower than this fills up, says more than this at once, or looks at more chats, is let go. */
const mostUnreadBytes = 4 * 1024 * 1024
const mostFramesWaiting = 100
const mostOpen = 100
const policyViolation = 1008
const withIdSchema = z.object({ id: z.string().max(64) })

/** One browser on the console's socket, from its first frame to its last. */
export function visit(socket: WebSocket, api: Api, sides: Sides): void {
  const open = new Map<string, AbortController>()
  /** What is said on a channel is stored in the order in which it was said. */
  const turns = new Map<string, Promise<void>>()
  let framesWaiting = 0

  const send = (frame: ConsoleDown): void => {
    if (socket.readyState !== socket.OPEN) return
    if (socket.bufferedAmount > mostUnreadBytes) socket.terminate()
    else socket.send(JSON.stringify(frame))
  }
  const refuse = (id: string, why: string): void => send({ kind: 'refused', id, why })
  const inTheirs = (sentence: Bilingual): string => inLang(api.config.lang, sentence)

  function show({ channel, chat, after }: Opening): void {
    const side = sides.get(channel)
    if (!side) return
    const key = chatKey({ channel, chat })
    open.get(key)?.abort()
    const closing = new AbortController()
    open.set(key, closing)
    if (open.size > mostOpen) socket.close(policyViolation, 'too many chats')
    side
      .follow(
        chat,
        after,
        {
          bubble: (bubble) => send({ kind: 'bubble', channel, chat, bubble }),
          draft: (draft) => send({ kind: 'draft', channel, chat, draft }),
        },
        closing.signal,
      )
      .catch((error: unknown) => {
        api.log.error({ channel, err: error }, 'console chat could not be followed')
        socket.close(1011)
      })
  }

  async function say(saying: Saying): Promise<void> {
    const { id, channel, chat, person } = saying
    const side = sides.get(channel)
    const found = (await side?.chats())?.find((one) => one.chat === chat)
    const isIn = found?.people.some((one) => one.id === person) ?? false
    if (!side || !found || !isIn) throw new UsageError(inTheirs(sentences.noSuchChat()))
    const { taskId } = await side.say(saying, found)
    send({ kind: 'accepted', id, taskId })
  }

  async function take(data: RawData): Promise<void> {
    const json = jsonOf(data)
    const { data: frame } = consoleUpSchema.safeParse(json)
    if (!frame) {
      const named = withIdSchema.safeParse(json)
      if (named.success) refuse(named.data.id, inTheirs(sentences.unreadable()))
      else socket.close(policyViolation, 'unreadable')
    } else if (frame.kind === 'open') {
      show(frame)
    } else {
      const before = turns.get(frame.channel) ?? Promise.resolve()
      const turn = before
        .then(() => say(frame))
        .catch((error: unknown) => refuse(frame.id, whyNot(error, frame.channel)))
      turns.set(frame.channel, turn)
      await turn
    }
  }

  function whyNot(error: unknown, channel: string): string {
    if (error instanceof UsageError) return error.message
    if (error instanceof StoreUnavailableError) return inTheirs(sentences.storeAway())
    if (error instanceof UnavailableError) return inTheirs(sentences.simulatorAway())
    const errorId = randomBytes(6).toString('hex')
    api.log.error({ errorId, channel, err: error }, 'console frame failed')
    return inTheirs(sentences.broken(errorId))
  }

  const leaveTasks = api.tasks.join((task) => {
    if (open.has(chatKey(task))) send({ kind: 'task', task })
  })
  socket.on('message', (data) => {
    framesWaiting += 1
    if (framesWaiting > mostFramesWaiting) return socket.close(policyViolation, 'too many frames')
    void take(data).finally(() => {
      framesWaiting -= 1
    })
  })
  socket.on('close', () => {
    leaveTasks()
    for (const closing of open.values()) closing.abort()
  })
  // An over-long frame, say: ws closes the socket itself.
  socket.on('error', (error) => api.log.info({ err: error }, 'console socket failed'))
}

/** A frame comes as one Buffer: that is how ws is set unless told otherwise. */
function jsonOf(data: RawData): unknown {
  try {
    return Buffer.isBuffer(data) ? cleanJson(JSON.parse(data.toString())) : undefined
  } catch {
    return undefined
  }
}
