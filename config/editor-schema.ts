import { z } from 'zod'
import { settingsSchema } from './schema.ts'

type Override = NonNullable<z.core.ToJSONSchemaParams['override']>
type JsonSchema = z.core.JSONSchema.JSONSchema

const plain = z.toJSONSchema(settingsSchema, { io: 'input' })

/** The JSON schema that editors check `huitou.yaml` with. */
export function editorSchema(): JsonSchema {
  const schema = z.toJSONSchema(settingsSchema, { io: 'input', override: allowReference })
  return { ...schema, title: 'Huitou settings' }
}

/** `${NAME}` may stand for any single value; and a default is told also where the value is read from a text first. */
function allowReference({ zodSchema, jsonSchema, path }: Parameters<Override>[0]) {
  const { def } = zodSchema._zod
  if (def.type === 'default') jsonSchema.default = def.defaultValue
  const isSingle = ['integer', 'number', 'string'].includes(String(jsonSchema.type))
  if (!isSingle || jsonSchema.const !== undefined || path.at(-1) === 'propertyNames') return
  const { description, default: fallback, ...rest } = jsonSchema
  for (const key of Object.keys(jsonSchema)) delete jsonSchema[key]
  if (description !== undefined) jsonSchema.description = description
  if (fallback !== undefined) jsonSchema.default = fallback
  jsonSchema.anyOf = [rest, { type: 'string', pattern: '\\$\\{' }]
}

/** The names that may stand at this place: in these settings where they are given, else in any. */
export function settingsKeysAt(path: readonly PropertyKey[], settings?: unknown): string[] {
  let value = settings
  let places = fitting(plain, value)
  for (const step of path) {
    // The cast holds: whatever is no group has no property of that name.
    value = (value as Partial<Record<PropertyKey, unknown>> | null | undefined)?.[step]
    places = places.flatMap((place) => inside(place, step)).flatMap((place) => fitting(place, value))
  }
  return [...new Set(places.flatMap(({ properties }) => Object.keys(properties ?? {})))]
}

/** Of several alternatives those that the value says it is; all of them where it says nothing that is known. */
function fitting(place: JsonSchema, value: unknown): JsonSchema[] {
  const all = alternatives(place)
  const named = new Map(typeof value === 'object' && value !== null ? Object.entries(value) : [])
  const meant = all.filter(({ properties }) =>
    Object.entries(properties ?? {}).some(
      ([name, schema]) => typeof schema === 'object' && schema.const !== undefined && schema.const === named.get(name),
    ),
  )
  return meant.length > 0 ? meant : all
}

function inside(place: JsonSchema, step: PropertyKey): JsonSchema[] {
  const found =
    typeof step === 'number' ? place.items : (place.properties?.[String(step)] ?? place.additionalProperties)
  return (Array.isArray(found) ? found : [found]).filter((schema) => typeof schema === 'object')
}

function alternatives(place: JsonSchema): JsonSchema[] {
  const several = place.oneOf ?? place.anyOf
  return several ? several.filter((schema) => typeof schema === 'object') : [place]
}
