import { resolve } from 'node:path'

/**
 * The environment of another release of the installation at `home`: data, settings file and port stay where they are.
 */
export function releaseEnvironment(home: string, kept: { dataDir: string; port: number }): NodeJS.ProcessEnv {
  const { HUITOU_CONFIG: file } = process.env
  return {
    ...process.env,
    DATA_DIR: resolve(home, kept.dataDir),
    PORT: String(kept.port),
    ...(file ? { HUITOU_CONFIG: resolve(home, file) } : {}),
  }
}
