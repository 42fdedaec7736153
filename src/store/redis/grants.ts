import { type Grant, grantAllows } from '../../core/grant.ts'
import { cleanJson } from '../../core/text/clean.ts'
import type { Grants } from '../store.ts'
import { answered } from './faults.ts'
import { fromJson, toJson } from './json.ts'
import { type Database, script } from './script.ts'

/* grants  hash: [subject, scene, command] as JSON → grant      audit  list: lines, newest first */
const addLine = `
local function addLine(line)
  call('LPUSH', P .. 'audit', line)
  call('LTRIM', P .. 'audit', 0, 9999)
end
`

/** name, grant, line */
const put = script(
  addLine,
  `
call('HSET', P .. 'grants', ARGV[1], ARGV[2])
addLine(ARGV[3])
`,
)

/** name, line → whether there was one */
const remove = script(
  addLine,
  `
local removed = call('HDEL', P .. 'grants', ARGV[1])
if removed == 1 then addLine(ARGV[2]) end
return removed
`,
)

/** line */
const record = script(addLine, 'addLine(ARGV[1])')

interface AuditLine {
  at: number
  by: string
  what: string
}

export function redisGrants(db: Database): Grants {
  const key = `${db.prefix}grants`
  const nameOf = (subject: string, scene: string, command: string) => toJson([subject, scene, command])

  return {
    async put(grant, by, now) {
      const { subject, scene, command, validFrom, validUntil } = grant
      const what = [
        'granted',
        subject,
        scene,
        command,
        ...moment('from', validFrom),
        ...moment('until', validUntil),
      ].join(' ')
      await db.run(
        put,
        nameOf(subject, scene, command),
        toJson(grant),
        toJson({ at: now, by, what } satisfies AuditLine),
      )
    },

    async remove(subject, scene, command, by, now) {
      const line: AuditLine = { at: now, by, what: `revoked ${subject} ${scene} ${command}` }
      return (await db.run(remove, nameOf(subject, scene, command), toJson(line))) === 1
    },

    async list(subject) {
      const grants = (await answered(db.redis.hvals(key))).map((json) => fromJson<Grant>(json))
      const wanted = subject === undefined ? grants : grants.filter((grant) => grant.subject === subject)
      return wanted.sort((a, b) => a.at - b.at || a.subject.localeCompare(b.subject))
    },

    async allows(question, now) {
      const asked = cleanJson(question)
      const names = asked.subjects.flatMap((subject) =>
        [asked.scene, '*'].flatMap((scene) => [asked.command, '*'].map((command) => nameOf(subject, scene, command))),
      )
      if (names.length === 0) return false
      const grants = await answered(db.redis.hmget(key, ...names))
      return grants.some((json) => json !== null && grantAllows(fromJson<Grant>(json), asked, now))
    },

    async audit(limit) {
      const lines = await answered(db.redis.lrange(`${db.prefix}audit`, 0, limit - 1))
      return lines.map((line) => fromJson<AuditLine>(line))
    },

    async record(line) {
      await db.run(record, toJson(line))
    },
  }
}

function moment(word: string, at: number | undefined): string[] {
  return at === undefined ? [] : [word, new Date(at).toISOString()]
}
