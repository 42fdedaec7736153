import { z } from 'zod'
import { type Address, channelIdSchema } from '../src/core/message/address.ts'
import { policySchema, timeZoneSchema, whenTextSchema } from '../src/core/schedule/schedule.ts'
import { personExample } from '../src/core/settings/examples.ts'
import { text } from '../src/core/settings/pieces.ts'
import { langSchema } from '../src/core/text/lang.ts'

const person = text
  .refine(
    (value) => placeOf(value) !== undefined && !value.startsWith('group:'),
    `must be channel:person, such as ${personExample}`,
  )
  .transform((value) => {
    const [channel = '', ...id] = value.split(':')
    return { channel, id: id.join(':') }
  })

const chat = text
  .refine((value) => placeOf(value) !== undefined, 'must be channel:person, or group:channel:chat for a group')
  // Just checked.
  .transform((value) => placeOf(value) as Address)

const schedule = z.strictObject({
  when: whenTextSchema.describe(
    'every weekday 9:00, 每月1号 9:00, every 2 hours, or cron with five fields: 0 9 * * 1-5.',
  ),
  run: text.describe('The command, as a person would write it.'),
  owner: person.describe('channel:person. It runs as theirs, with what they may use at that time.'),
  to: chat.optional().describe('channel:person or group:channel:chat; left out, the chat with its owner.'),
  timeZone: timeZoneSchema.optional().describe('Of its times; `timeZone` above when left out.'),
  ...policySchema.shape,
  lang: langSchema.optional().describe('The language of its answers, where its owner has chosen none.'),
})

/** By name: what is to be done again and again. */
export const schedulesSchema = z
  .record(
    z.string().regex(/^[\p{L}\p{N}][\p{L}\p{N}_-]{0,63}$/u, 'a schedule is named with letters, digits, _ and -'),
    schedule,
  )
  .default({})

function placeOf(written: string): Address | undefined {
  const [, group, channel = '', id = ''] = /^(group:)?([^:]+):(.+)$/.exec(written) ?? []
  if (!channelIdSchema.safeParse(channel).success || id === '') return undefined
  return { channel, chat: id, chatKind: group === undefined ? 'private' : 'group' }
}
