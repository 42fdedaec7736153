import { createHmac, timingSafeEqual } from 'node:crypto'

/** The path under which a kept file opens without a login: signed with the installation's own key, and good until the file is gone. */
export function linkPath(key: string, fileId: string, untilMs: number): string {
  return `/f/${fileId}/${untilMs.toString(36)}/${signature(key, fileId, untilMs).toString('base64url')}`
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
  const given = Buffer.from(signed, 'base64url')
  const expected = signature(key, fileId, untilMs)
  return given.length === expected.length && timingSafeEqual(given, expected)
}

function signature(key: string, fileId: string, untilMs: number): Buffer {
  return createHmac('sha256', key).update(`file ${fileId} ${untilMs}`).digest()
}
