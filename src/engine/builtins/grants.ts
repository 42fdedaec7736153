import { commandText } from '../../core/command/entries.ts'
import { UsageError } from '../../core/errors.ts'
import type { Grant } from '../../core/grant.ts'
import { personKey } from '../../core/message/address.ts'
import { readMoment, writeMoment } from '../../core/schedule/moment.ts'
import { MCP_SCENE, subjectsOf } from '../people/access.ts'
import { DELIVER_RIGHT } from '../schedules/message.ts'
import { argument, type Builtin, type BuiltinCall, type BuiltinPorts, builtin } from './builtin.ts'
import { PRESET_RIGHT } from './presets.ts'

/** Who may use what, changed from the chat by administrators; everybody may see their own. */
export function grantBuiltins(ports: BuiltinPorts): Builtin[] {
  const { store, timeZone, now } = ports

  function moment(call: BuiltinCall, name: string): number | undefined {
    const given = call.args[name]
    if (typeof given !== 'string') return undefined
    // Counted from its message, so that another attempt means the same moment.
    const at = readMoment(given, timeZone, call.message.receivedAt, name === 'until' ? 'end' : 'start')
    if (at !== undefined) return at
    throw new UsageError(
      call.pick({
        zh: `看不懂时间“${given}”。可写 30d、12h、2026-12-31 或 "2026-12-31 18:00"。`,
        en: `"${given}" is no time. Write 30d, 12h, 2026-12-31 or "2026-12-31 18:00".`,
      }),
    )
  }

  function lineOf(grant: Grant, call: BuiltinCall): string {
    const from =
      grant.validFrom === undefined
        ? ''
        : call.pick({
            zh: ` 自 ${writeMoment(grant.validFrom, timeZone)}`,
            en: ` from ${writeMoment(grant.validFrom, timeZone)}`,
          })
    const until =
      grant.validUntil === undefined
        ? ''
        : call.pick({
            zh: ` 至 ${writeMoment(grant.validUntil, timeZone)}`,
            en: ` until ${writeMoment(grant.validUntil, timeZone)}`,
          })
    return `${grant.subject} · ${commandText(grant.scene, grant.command)}${from}${until}`
  }

  /** What can be granted of a scene; of the MCP servers, their names. */
  function namesIn(scene: string): readonly string[] | undefined {
    if (scene === MCP_SCENE) return ports.mcpServers
    const right = [PRESET_RIGHT, DELIVER_RIGHT].find((one) => one.scene === scene)
    if (right !== undefined) return [right.command]
    return ports
      .catalog()
      .scenes.find((entry) => entry.name === scene)
      ?.commands.map(({ name }) => name)
  }

  return [
    builtin(
      'grant',
      { zh: '授权（管理员）', en: 'Grant a command (administrators)' },
      [
        argument('who'),
        argument('scene'),
        argument('command', { optional: true }),
        argument('until', { optional: true }),
        argument('from', { optional: true }),
      ],
      async (call) => {
        const scene = String(call.args.scene)
        const command = String(call.args.command ?? '*')
        const known = namesIn(scene)
        if (scene !== '*' && (known === undefined || (command !== '*' && !known.includes(command)))) {
          throw new UsageError(
            call.pick({
              zh: `没有 ${commandText(scene, command)} 这个命令。`,
              en: `There is no command ${commandText(scene, command)}.`,
            }),
          )
        }
        const grant: Grant = {
          subject: subjectOf(String(call.args.who), call),
          scene,
          command,
          validFrom: moment(call, 'from'),
          validUntil: moment(call, 'until'),
          by: call.me,
          at: now(),
        }
        await call.once('granted', async () => {
          await store.grants.put(grant, call.me, now())
          return true
        })
        return call.pick({ zh: `已授权：${lineOf(grant, call)}`, en: `Granted: ${lineOf(grant, call)}` })
      },
    ),
    builtin(
      'revoke',
      { zh: '收回授权（管理员）', en: 'Take a grant back (administrators)' },
      [argument('who'), argument('scene'), argument('command', { optional: true })],
      async (call) => {
        const subject = subjectOf(String(call.args.who), call)
        const scene = String(call.args.scene)
        const command = String(call.args.command ?? '*')
        const isThere = async (): Promise<boolean> =>
          (await store.grants.list(subject)).some((grant) => grant.scene === scene && grant.command === command)
        if (await call.once('was there', isThere)) {
          await store.grants.remove(subject, scene, command, call.me, now())
          return call.pick({ zh: '已收回。', en: 'Taken back.' })
        }
        throw new UsageError(
          call.pick({
            zh: '没有这条授权。发送 grants 查看。',
            en: 'There is no such grant. Send "grants" to see them.',
          }),
        )
      },
    ),
    builtin('grants', { zh: '授权列表', en: 'List grants' }, [argument('who', { optional: true })], async (call) => {
      const isAdmin = call.access.isAdmin(call.message)
      const who = typeof call.args.who === 'string' ? subjectOf(call.args.who, call) : undefined
      const grants = isAdmin ? await store.grants.list(who) : await ofAll(subjectsOf(call.message))
      if (grants.length === 0) return call.pick({ zh: '没有授权。', en: 'No grants.' })
      return grants
        .slice(0, 50)
        .map((grant) => lineOf(grant, call))
        .join('\n')
    }),
  ]

  async function ofAll(subjects: readonly string[]): Promise<Grant[]> {
    return (await Promise.all(subjects.map((subject) => store.grants.list(subject)))).flat()
  }
}

/**
 * `zhangsan` is a person on the asker's own channel; `wecom:zhangsan` one elsewhere; `group:…` a group; `group` the one
 * we are in.
 */
export function subjectOf(who: string, call: BuiltinCall): string {
  const { channel, chat, chatKind } = call.message.from
  if (who === 'group' && chatKind === 'group') return `group:${personKey(channel, chat)}`
  return who.includes(':') ? who.toLowerCase() : personKey(channel, who)
}
