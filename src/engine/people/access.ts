import type { Catalog } from '../../core/command/catalog.ts'
import { findEntry } from '../../core/command/entries.ts'
import { happeningOf, isByEvent } from '../../core/command/happening.ts'
import { type Grant, grantAllows, groupSubject } from '../../core/grant.ts'
import { chatKey } from '../../core/message/address.ts'
import { askedIn, askerOf, type Message } from '../../core/message/message.ts'
import type { Grants } from '../../store/store.ts'

/** Who may use what: closed outside `public` folders, open to admins, else by a grant to the person or the group. */
export interface Access {
  isAdmin(message: Message): boolean
  mayUse(message: Message, scene: string, command: string): Promise<boolean>
  /**
   * Whether somebody granted it to them or their group; administrators may all. That a scene is public says nothing.
   */
  isGranted(message: Message, scene: string, command: string): Promise<boolean>
}

export interface AccessPorts {
  grants: Pick<Grants, 'allows'>
  catalog(): Catalog
  /** Person keys that may use everything. */
  admins: readonly string[]
  /** Grants that stand in the config file, beside those in the store. */
  configured: readonly ConfiguredGrant[]
  now(): number
}

export type ConfiguredGrant = Omit<Grant, 'by' | 'at'>

export function openAccess({ grants, catalog, admins, configured, now }: AccessPorts): Access {
  const isAdmin = (message: Message): boolean => admins.includes(askerOf(message))
  async function isGranted(message: Message, scene: string, command: string): Promise<boolean> {
    if (isAdmin(message)) return true
    const question = { subjects: subjectsOf(message), scene, command }
    if (configured.some((grant) => grantAllows({ ...grant, by: 'config', at: 0 }, question, now()))) return true
    return grants.allows(question, now())
  }
  return {
    isAdmin,
    async mayUse(message, scene, command) {
      const entry = findEntry(catalog(), scene, command)
      if (entry !== undefined && isByEvent(entry)) return happeningOf(message) !== undefined
      if (isAdmin(message)) return true
      if (scene === '') return !ADMIN_BUILTINS.has(command)
      return isPublic(catalog(), scene) || isGranted(message, scene, command)
    },
    isGranted,
  }
}

/** Built-in commands are open to all, but for those that change what others may do. */
const ADMIN_BUILTINS: ReadonlySet<string> = new Set(['grant', 'revoke'])

/** The scene under which MCP servers are granted; its commands are the servers' names. */
export const MCP_SCENE = 'mcp'

function isPublic(catalog: Catalog, scene: string): boolean {
  return catalog.scenes.some((entry) => entry.name === scene && entry.isPublic)
}

export function subjectsOf(message: Message): string[] {
  const place = askedIn(message)
  const person = askerOf(message)
  return place.chatKind === 'group' ? [person, groupSubject(chatKey(place))] : [person]
}
