import { randomBytes } from 'node:crypto'
import type { Settings } from './store.ts'

/** What links to files are signed with: made once for the installation, the same in all its processes. */
export function linkKey(settings: Pick<Settings, 'claim'>, now: number): Promise<string> {
  return settings.claim('file-link-key', randomBytes(32).toString('hex'), now)
}
