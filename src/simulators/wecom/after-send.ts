import { z } from 'zod'
import { type Answer, accept, refuse } from './answer.ts'
import { show } from './content.ts'
import type { Corp } from './corp.ts'
import { parseJson } from './json.ts'
import { isSame } from './members.ts'
import { seen } from './send.ts'

const RECALL_MS = 24 * 3_600_000

const updateSchema = z.looseObject({
  userids: z.array(z.string()).max(1000).default([]),
  atall: z.int().default(0),
  agentid: z.int(),
  response_code: z.string(),
  button: z.object({ replace_name: z.string().min(1) }).optional(),
  template_card: z.looseObject({ card_type: z.string() }).optional(),
})

/** message/update_template_card (document 94888): once for each response_code. What changes is shown as a new entry. */
export function updateCard(corp: Corp, raw: Buffer): Answer {
  const body = updateSchema.safeParse(parseJson(raw.toString('utf8')))
  if (!body.success) return refuse(40058, `Warning: wrong json format. ${z.prettifyError(body.error)}`)
  const { userids, atall, agentid, response_code, button, template_card } = body.data
  if (agentid !== corp.credentials.agentId) return refuse(301002)
  const card = corp.cards.get(response_code)
  if (!card || corp.now() >= card.until) return refuse(60140)
  if (!button && !template_card) return refuse(40058, 'button or template_card')
  const holders = corp.conversation.inbox.filter((entry) => entry.msgid === card.msgid && !entry.replaces)
  const reached = holders.filter((entry) => atall === 1 || userids.some((userid) => isSame(userid, entry.to)))
  const invalid = userids.filter((userid) => !holders.some((entry) => isSame(userid, entry.to)))
  if (reached.length === 0) return refuse(81013)
  corp.cards.delete(response_code)
  const at = corp.now()
  for (const { to, content, text } of reached) {
    // A greyed-out button is the card as it was, with the new word on it.
    const now = template_card
      ? seen(show('template_card', template_card))
      : { content: { ...content, button }, text: `${text}\n${button?.replace_name}` }
    const { msgid } = card
    corp.conversation.shown({ to, msgtype: 'template_card', at, via: 'active', msgid, replaces: msgid, ...now })
  }
  return accept({ invaliduser: invalid.map((userid) => userid.toLowerCase()) })
}

/** message/recall (document 94867). */
export function recallMessage(corp: Corp, raw: Buffer): Answer {
  const body = z.object({ msgid: z.string() }).safeParse(parseJson(raw.toString('utf8')))
  const sentAt = body.success ? corp.sentAt.get(body.data.msgid) : undefined
  if (!body.success || sentAt === undefined) return refuse(40058, 'no msgid of this app')
  if (corp.now() >= sentAt + RECALL_MS) return refuse(42052)
  for (const entry of corp.conversation.inbox) {
    if (entry.msgid === body.data.msgid) entry.recalledAt = corp.now()
  }
  return accept()
}
