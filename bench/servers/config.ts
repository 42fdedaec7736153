import type { Config } from '../../config/config.ts'
import { loadConfig } from '../../config/read.ts'

/** What a benchmark's server is told on its command line, as JSON. */
export interface ServerOptions {
  redisUrl?: string
  dataDir: string
  /** Its channel, as the environment tells it. */
  env: Record<string, string>
  /** How long a request may be held for its answer; 0: acknowledged at once. */
  replyWithinMs: number
  /** Whether the lanes run too. */
  works: boolean
}

export function readOptions(): ServerOptions {
  // Its parent holds the other end: however that one ends, this process does not stay behind.
  process.stdin.resume().once('end', () => process.exit(0))
  // Written by bench/server.ts, in this same folder's parent.
  return JSON.parse(process.argv[2] ?? '{}') as ServerOptions
}

export function configOf({ redisUrl, dataDir, env, replyWithinMs }: ServerOptions): Config {
  const config = loadConfig({
    PORT: '0',
    DATA_DIR: dataDir,
    REDIS_URL: redisUrl ?? '',
    LOG_LEVEL: 'warn',
    ADMIN_PASSWORD: 'only for a benchmark',
    ...env,
  })
  // No quota: a benchmark measures our way, not a platform's patience.
  const limits = { account: [], chat: [] }
  return { ...config, channels: config.channels.map((channel) => ({ ...channel, replyWithinMs, limits })) }
}
