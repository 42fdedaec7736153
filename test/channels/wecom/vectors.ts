import { readFileSync } from 'node:fs'

/** A file of test/fixtures/wecom; its shape is the caller's to name, see the README beside the protocol notes. */
export function vectors<T>(file: string): T {
  // A cast: the files are ours and do not change under a test.
  return JSON.parse(readFileSync(new URL(`../../fixtures/wecom/${file}.json`, import.meta.url), 'utf8')) as T
}
