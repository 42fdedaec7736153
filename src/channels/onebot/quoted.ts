import { z } from 'zod'
import type { Address } from '../../core/message/address.ts'
import type { Part } from '../../core/message/part.ts'
import { faultOf, isDone } from './faults.ts'
import { segmentsOf } from './parse.ts'
import { readSegments } from './read-segments.ts'
import { CALL_MS, type Routes } from './routes.ts'

const messageSchema = z.object({ message: z.union([z.string(), z.array(z.unknown())]) })

/** What a quoted message says. Implementations forget: an id they no longer know throws. */
export async function quotedParts(
  routes: Pick<Routes, 'call'>,
  { account }: Address,
  messageId: string,
  signal: AbortSignal,
): Promise<Part[]> {
  const action = { action: 'get_msg', params: { message_id: messageId } }
  const answer = await routes.call(account, action, CALL_MS, signal)
  if (!isDone(answer)) throw faultOf(answer, `the quoted message ${messageId.slice(0, 40)}`)
  const { message } = messageSchema.parse(answer.data)
  return readSegments(segmentsOf(message), account ?? '').parts
}
