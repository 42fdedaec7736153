import { readFileSync } from 'node:fs'
import type { OnebotConfig } from '../../../src/channels/onebot/types.ts'

/** A file of test/fixtures/onebot. */
export function vectors<T>(file: string): T {
  // A cast: the files are ours and do not change under a test.
  return JSON.parse(readFileSync(new URL(`../../fixtures/onebot/onebot-${file}.json`, import.meta.url), 'utf8')) as T
}

/** A channel that answers everything in groups, unless told otherwise. */
export function aConfig(over: Partial<OnebotConfig> = {}): OnebotConfig {
  return {
    id: 'qq',
    accessToken: 'kestrel-token-1',
    accounts: [],
    groups: { default: { answer: ['all'], prefixes: [], keywords: [], words: [], exempt: [] } },
    longAnswers: 'split',
    ignore: [],
    mostWaiting: 100,
    catchUpGroups: [],
    catchUpFriends: [],
    ...over,
  }
}
