import { createHmac, timingSafeEqual } from 'node:crypto'

/**
 * The path under which a kept file opens without a login: signed with the installation's own key, and good until the
 * file is gone.
 */
export function linkPath(key: string, fileId: string, untilMs: number): string {
  return `/f/${fileId}/${untilMs.toString(36)}/${signature(key, fileId, untilMs)}`
}

/** Whether `linkPath` made this link, and it still counts. */
export function isLinkGood(
  key: string,
  { fileId, until, signed }: { fileId: string; until: string; signed: string },
  now: number,
): boolean {
  const untilMs = Number.parseInt(until, 36)
  // One spelling alone, so that a link cannot be varied.
  if (!Number.isSafeInteger(untilMs) || untilMs.toString(36) !== until || untilMs <= now) return false
  // The letters and not what they stand for: the last one has bits that count for nothing.
  const given = Buffer.from(signed)
  const expected = Buffer.from(signature(key, fileId, untilMs))
  return given.length === expected.length && timingSafeEqual(given, expected)
}

function signature(key: string, fileId: string, untilMs: number): string {
  return createHmac('sha256', key).update(`file ${fileId} ${untilMs}`).digest('base64url')
}
