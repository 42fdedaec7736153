import type { Catalog } from '../../core/command/catalog.ts'
import { commandText } from '../../core/command/entries.ts'
import type { Run } from '../../core/task/run.ts'
import type { Route } from '../../core/task/task.ts'
import type { Lang } from '../../core/text/lang.ts'
import type { Access } from '../people/access.ts'
import { sentences } from '../people/sentences.ts'
import type { Code } from '../steps/versions.ts'
import { type Attempt, refuse } from './attempt.ts'

export interface PermissionPorts {
  access: Pick<Access, 'mayUse'>
  catalog(): Catalog
  /** Whom to ask for a grant: person keys. */
  admins: readonly string[]
}

/** The refusal of somebody who may not use the command; undefined when they may. */
export async function permissionRefusal(
  run: Run,
  { scene, command }: Route,
  code: Code,
  lang: Lang,
  { access, catalog, admins }: PermissionPorts,
): Promise<Attempt | undefined> {
  // What was public is, for what began then, when the whole scene is gone.
  const isGone = !catalog().scenes.some(({ name }) => name === scene)
  if (code.isOld && code.pack?.entry.isPublic === true && isGone) return undefined
  if (await access.mayUse(run.task.message, scene, command)) return undefined
  const text = commandText(scene, command)
  return refuse(`no grant for ${text}`, sentences.notGranted(text, run.owner, admins), lang)
}
