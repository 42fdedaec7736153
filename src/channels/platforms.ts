import { z } from 'zod'
import { onebotPlatform } from './onebot/platform.ts'
import type { Platform } from './platform.ts'
import { wecomAppPlatform } from './wecom-app/platform.ts'

/** The platforms, a line each. */
const table = [wecomAppPlatform, onebotPlatform] as const

type SchemasOf<Platforms extends readonly { settings: unknown }[]> = {
  [Place in keyof Platforms]: Platforms[Place]['settings']
}
// `map` keeps length and order.
const schemas = table.map(({ settings }) => settings) as unknown as SchemasOf<typeof table>

/** One account on any of the platforms, as it is written in the file. */
export const accountSchema = z.discriminatedUnion('platform', schemas, {
  error: ({ code }) =>
    code === 'invalid_union' ? `must be one of: ${table.map(({ name }) => name).join(', ')}` : undefined,
})
export type Account = z.output<typeof accountSchema>

export const platforms: readonly Platform<z.ZodType<Account>>[] = table

/** The platform that an account is on. */
export function platformOf({ platform: sought }: Pick<Account, 'platform'>): Platform<z.ZodType<Account>> {
  const found = platforms.find(({ name }) => name === sought)
  if (found === undefined) throw new Error(`there is no platform "${sought}"`)
  return found
}
