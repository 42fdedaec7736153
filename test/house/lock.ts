import { z } from 'zod'

const packageSchema = z.looseObject({
  engines: z.union([z.record(z.string(), z.string()), z.array(z.string())]).optional(),
  optional: z.boolean().optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
  resolved: z.string().optional(),
})
const lockSchema = z.looseObject({ packages: z.record(z.string(), packageSchema) })
type Lock = z.output<typeof lockSchema>

/** With its keys in npm's order, so that npm finds nothing to write anew. */
export function readLock(text: string): Lock {
  const lock: unknown = JSON.parse(text)
  lockSchema.parse(lock)
  // It has just been checked; the schema's own result has another order.
  return lock as Lock
}

/** Why `npm ci` fails or warns somewhere although it does not here; a line each. */
export function faultsOfLock({ packages }: Lock): string[] {
  return Object.entries(packages).flatMap(([path, { engines, optional, optionalDependencies = {}, resolved }]) => [
    ...Object.keys(optionalDependencies)
      .filter((name) => !isFound(packages, path, name))
      .map((name) => `${path} may want ${name}, of which nothing is known: npm ci fails where it does`),
    ...(resolved?.startsWith('http') ? [`${path} names the server it came from`] : []),
    ...(path !== '' && optional !== true && engines !== undefined
      ? [`${path} names engines: npm warns on a Node that is not one of them`]
      : []),
  ])
}

/** As Node looks for a package: beside the one that wants it, then in every folder above. */
function isFound(packages: Lock['packages'], path: string, name: string): boolean {
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules/') - 1))) {
    if (packages[at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`] !== undefined) return true
    if (at === '') return false
  }
}

/**
 * Everything runs on the Node that the lock brings along, whichever one npm runs on. So what packages say of Node is of no use to npm, which would warn on
 * an older one. Optional packages keep it: npm leaves out those that do not fit the machine.
 */
export function withoutEngines(lock: Lock): Lock {
  const packages = Object.entries(lock.packages).map(([path, entry]) => {
    const { engines: _, ...rest } = entry
    return [path, path === '' || entry.optional === true ? entry : rest]
  })
  return { ...lock, packages: Object.fromEntries(packages) }
}
