import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type Answer, accept, refuse } from './answer.ts'
import { type Card, checkCard, isInteractive } from './card.ts'
import { isMsgType, type MsgType, readContent, type Shown } from './content.ts'
import { type Corp, openCard } from './corp.ts'
import { parseJson } from './json.ts'

const MOST_USERS = 1000
const MOST_GROUPS = 100
const DUPLICATE_CHECK_S = { default: 1800, most: 14_400 }
const ESCAPED = /(?<!\\)(?:\\\\)*\\u[0-9a-f]{4}/i

const list = z
  .string()
  .default('')
  .transform((joined) => joined.split('|').filter((one) => one !== ''))
const headSchema = z.object({
  touser: list,
  toparty: list,
  totag: list,
  msgtype: z.string().default(''),
  agentid: z.int().optional(),
  safe: z.int().optional(),
  enable_duplicate_check: z.int().optional(),
  duplicate_check_interval: z.int().default(DUPLICATE_CHECK_S.default),
})
type Head = z.infer<typeof headSchema>
/** A message as it was sent: its head, and what lies under the name of its msgtype. */
interface Body {
  head: Head
  content: unknown
}

/** message/send (document 90236). */
export function sendMessage(corp: Corp, raw: Buffer): Answer {
  const body = readBody(raw)
  if ('errcode' in body) return body
  const { head, content } = body
  const refusal = checkHead(corp, head)
  if (refusal) return refusal
  const key = createHash('sha256').update(raw).digest('base64')
  const earlier = head.enable_duplicate_check === 1 ? corp.sentBodies.get(key) : undefined
  if (earlier && corp.now() < earlier.until) return accept(earlier.answer)

  if (!isMsgType(head.msgtype)) return refuse(40008)
  const shown = readContent(head.msgtype, content, corp.media, corp.now())
  if ('errcode' in shown) return shown
  const card = head.msgtype === 'template_card' ? asCard(content) : undefined
  const cardRefusal = card && checkTemplateCard(corp, card)
  if (cardRefusal) return cardRefusal
  const { reached, lists } = recipients(corp, head)
  if (reached.length === 0) return refuse(81013)

  const answer = { ...lists, ...deliver(corp, head.msgtype, shown, card, reached) }
  if (head.enable_duplicate_check === 1) {
    const seconds = Math.min(Math.max(head.duplicate_check_interval, 0), DUPLICATE_CHECK_S.most)
    corp.sentBodies.set(key, { answer, until: corp.now() + seconds * 1000 })
  }
  return accept(answer)
}

function readBody(raw: Buffer): Body | Answer {
  const text = raw.toString('utf8')
  if (ESCAPED.test(text)) return refuse(40033)
  const json = parseJson(text)
  const head = headSchema.safeParse(json)
  if (!head.success) return refuse(40058, `Warning: wrong json format. ${z.prettifyError(head.error)}`)
  // The schema has found an object in it.
  return { head: head.data, content: (json as Record<string, unknown>)[head.data.msgtype] }
}

function checkHead(corp: Corp, head: Head): Answer | undefined {
  if (head.agentid === undefined) return refuse(40056)
  if (head.agentid !== corp.credentials.agentId) return refuse(301002)
  const groups = Math.max(head.toparty.length, head.totag.length)
  const isAddressed = head.touser.length > 0 || groups > 0
  if (!isAddressed || head.touser.length > MOST_USERS || groups > MOST_GROUPS) return refuse(82001)
  if (head.safe === 2 && head.msgtype !== 'mpnews') return refuse(40058, 'safe 2 is for mpnews only')
  return undefined
}

function checkTemplateCard(corp: Corp, card: Card): Answer | undefined {
  const refusal = checkCard(card, (taskId) => corp.taskIds.has(taskId))
  if (refusal) return refusal
  return isInteractive(card) && !corp.hasCallback() ? refuse(43012) : undefined
}

function asCard(content: unknown): Card {
  // `readContent` has found an object in it.
  return content as Card
}

/** There are no departments and tags here, so all of those are invalid. */
function recipients(corp: Corp, head: Head) {
  const asked = head.touser.includes('@all') ? corp.members.all().map((member) => member.userid) : head.touser
  const unique = [...new Map(asked.map((userid) => [userid.toLowerCase(), userid])).values()]
  const inState = (state: string): string[] => unique.filter((userid) => corp.members.stateOf(userid) === state)
  const joined = (ids: string[]): string | undefined => (ids.length > 0 ? ids.join('|').toLowerCase() : undefined)
  return {
    reached: inState('reachable'),
    lists: {
      invaliduser: joined(inState('unknown')),
      invalidparty: joined(head.toparty),
      invalidtag: joined(head.totag),
      unlicenseduser: joined(inState('unlicensed')),
    },
  }
}

function deliver(corp: Corp, msgtype: MsgType, shown: Shown, card: Card | undefined, reached: readonly string[]) {
  const msgid = corp.random.letters(48)
  const at = corp.now()
  corp.sentAt.set(msgid, at)
  for (const to of reached) {
    corp.members.meet(to)
    const window = corp.quota.take(to, at)
    if (window) corp.quotaOverruns.push({ to, at, window, msgtype, text: shown.text })
    else corp.conversation.shown({ to, msgtype, at, via: 'active', msgid, ...seen(shown) })
  }
  if (typeof card?.task_id === 'string') corp.taskIds.add(card.task_id)
  return card && isInteractive(card) ? { msgid, response_code: openCard(corp, msgid) } : { msgid }
}

/** What an inbox entry says about a message; nothing about what is as it should be. */
export function seen({ content, text, truncated, notShown }: Shown) {
  return { content, text, ...(truncated && { truncated }), ...(notShown.length > 0 && { notShown }) }
}
