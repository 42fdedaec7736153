import { readFile } from 'node:fs/promises'
import type { z } from 'zod'
import type { Config } from '../../config/config.ts'
import { loadConfig } from '../../config/read.ts'
import { localTokenFile } from '../app/machine/local-token.ts'
import { errorBodySchema } from '../dashboard/api/shapes.ts'
import { CliError } from './cli-error.ts'

/** Calls the running Huitou of this config over its HTTP API. */
export interface ApiClient {
  call<Schema extends z.ZodType>(
    method: string,
    path: string,
    answer: Schema,
    body?: unknown,
  ): Promise<z.output<Schema>>
}

export async function apiClient(config: Config = loadConfig()): Promise<ApiClient> {
  const host = config.host === '0.0.0.0' || config.host === '::' ? '127.0.0.1' : config.host
  const origin = `http://${host.includes(':') ? `[${host}]` : host}:${config.port}`
  const token = await tokenOf(config)
  return {
    async call(method, path, answer, body) {
      const response = await fetch(new URL(path, origin), {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: body === undefined ? undefined : JSON.stringify(body),
      }).catch((error: unknown) => {
        throw new CliError(`Huitou does not answer at ${origin}; is it running? (${String(error)})`)
      })
      const json: unknown = response.status === 204 ? undefined : await response.json()
      if (!response.ok) {
        const fault = errorBodySchema.safeParse(json)
        throw new CliError(fault.success ? fault.data.error.message : `Huitou answered ${response.status}`)
      }
      return answer.parse(json)
    },
  }
}

async function tokenOf(config: Config): Promise<string> {
  const [configured] = config.apiTokens
  if (configured !== undefined) return configured
  return readFile(localTokenFile(config.dataDir), 'utf8').catch(() => {
    throw new CliError('no API token: start Huitou on this machine first, or set API_TOKENS')
  })
}
