import { extname } from 'node:path'

export type Kind = 'text' | 'markdown' | 'image' | 'voice'

const kinds: Readonly<Record<string, Kind>> = {
  '.txt': 'text',
  '.md': 'markdown',
  ...Object.fromEntries(['.jpg', '.jpeg', '.png', '.gif', '.webp'].map((ending) => [ending, 'image' as const])),
  ...Object.fromEntries(['.mp3', '.wav', '.amr', '.silk', '.ogg', '.m4a'].map((ending) => [ending, 'voice' as const])),
}

/** What a file is an answer as; undefined when it is none. */
export function kindOf(name: string): Kind | undefined {
  return kinds[extname(name).toLowerCase()]
}
