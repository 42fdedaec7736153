import type { z } from 'zod'
import { settingsKeysAt } from './editor-schema.ts'
import { nearest } from './spelling.ts'

const kinds: Record<string, string> = {
  object: 'must be a group of settings, one `name: value` a line',
  record: 'must be a group of settings, one `name: value` a line',
  array: 'must be a list, one `- value` a line',
  int: 'must be a whole number',
  number: 'must be a number',
  string: 'must be a text: put it in quotes',
}

/** Our sentence for what zod found; one that the schema itself gives goes first. Never the value. */
export function sentenceOf(issue: z.core.$ZodRawIssue): string {
  if (issue.input === undefined) return 'is missing'
  switch (issue.code) {
    case 'invalid_type':
      return kinds[issue.expected] ?? `must be a ${issue.expected}`
    case 'invalid_value':
      return `must be one of: ${issue.values.join(', ')}`
    case 'too_small':
      return issue.origin === 'string' ? 'is empty' : `must be at least ${issue.minimum}`
    case 'too_big':
      return `must be at most ${issue.maximum}`
    case 'invalid_key':
      return issue.issues[0]?.message ?? 'is no name for this'
    default:
      return 'is not valid'
  }
}

/** What to say of a key of these settings that nothing reads. */
export function unknownKey(path: readonly PropertyKey[], key: string, settings: unknown): string {
  const known = settingsKeysAt(path, settings)
  const meant = nearest(key, known)
  return `is not a setting; ${meant ? `did you mean "${meant}"?` : `here are: ${known.join(', ')}`}`
}
