import { AppError } from '../../core/errors.ts'
import { wecomClient } from '../wecom/client.ts'
import type { WecomAppConfig } from './settings.ts'

/**
 * Why no access token can be had with these settings, as a sentence for the operator; undefined when one can. Asks
 * WeCom each time.
 */
export async function tokenProblem(config: WecomAppConfig): Promise<string | undefined> {
  const log = { info() {}, warn() {}, error() {} }
  const shared = { get: async (_: string, fetch: () => Promise<{ value: string }>) => (await fetch()).value }
  try {
    await wecomClient(config, { now: Date.now, shared, log }).ready()
    return undefined
  } catch (error) {
    if (error instanceof AppError) return error.message
    throw error
  }
}
