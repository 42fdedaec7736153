import { readFileSync } from 'node:fs'
import { type OnebotConfig, onebotSettings } from '../../../src/channels/onebot/settings.ts'

/** A file of test/fixtures/onebot. */
export function vectors<T>(file: string): T {
  // A cast: the files are ours and do not change under a test.
  return JSON.parse(readFileSync(new URL(`../../fixtures/onebot/onebot-${file}.json`, import.meta.url), 'utf8')) as T
}

/** A channel that answers everything in groups, unless told otherwise. */
export function aConfig(over: Partial<OnebotConfig> = {}): OnebotConfig {
  const settings = onebotSettings.parse({
    platform: 'onebot',
    id: 'qq',
    accessToken: 'kestrel-token-1',
    groups: { default: { answer: ['all'], prefixes: [] } },
    mostWaiting: 100,
  })
  return { ...settings, ...over }
}
