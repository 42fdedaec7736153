import { z } from 'zod'

/** A person or group may use a scene or command between two moments. */
export const grantSchema = z.object({
  /** `personKey` of a person or `chatKey` of a group; a group's starts with `group:`. */
  subject: z.string().min(1),
  scene: z.string().min(1),
  /** `*`: all of the scene's. */
  command: z.string().min(1),
  validFrom: z.number().optional(),
  validUntil: z.number().optional(),
  by: z.string(),
  at: z.number(),
})
export type Grant = z.infer<typeof grantSchema>

export interface GrantQuestion {
  subjects: readonly string[]
  scene: string
  command: string
}

export function groupSubject(chatKey: string): string {
  return `group:${chatKey}`
}

/** Whether this grant says yes to the question at this moment. */
export function grantAllows(grant: Grant, question: GrantQuestion, now: number): boolean {
  return (
    question.subjects.includes(grant.subject) &&
    (grant.scene === '*' || grant.scene === question.scene) &&
    (grant.command === '*' || grant.command === question.command) &&
    (grant.validFrom === undefined || grant.validFrom <= now) &&
    (grant.validUntil === undefined || now < grant.validUntil)
  )
}
