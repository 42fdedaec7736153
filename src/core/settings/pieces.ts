import { z } from 'zod'

/* What settings are made of: the environment knows only texts, and a file is written by people. */

export const SECOND_MS = 1000
export const HOUR_MS = 3600 * SECOND_MS
export const DAY_MS = 24 * HOUR_MS

/** The environment, and `${NAME}` in the file, know only texts: `8420` is a number there too. */
export function number(schema: z.ZodNumber) {
  return z.preprocess((value) => (typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value), schema)
}

/** Likewise a list is `a,b,c` there. */
export function list<Item extends z.ZodType>(item: Item) {
  return z.preprocess(
    (value) =>
      typeof value === 'string'
        ? value
            .split(',')
            .map((part) => part.trim())
            .filter(Boolean)
        : value,
    z.array(item),
  )
}

export const count = (min: number, max: number) => number(z.number().int().min(min).max(max))
export const text = z.string().trim().min(1)

export const httpUrl = (example: string) =>
  text
    .refine(
      (value) => ['http:', 'https:'].includes(URL.parse(value)?.protocol ?? ''),
      `must be an http or https URL such as ${example}`,
    )
    .transform((value) => value.replace(/\/+$/, ''))
