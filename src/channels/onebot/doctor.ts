import { UnavailableError } from '../../core/errors.ts'
import { whyOf } from '../../core/text/why.ts'
import { askAccount, dialOnce } from './dial.ts'
import { callByHttp } from './http-api.ts'
import type { OnebotConfig } from './settings.ts'

/** What is wrong with the ways that we go ourselves; undefined when they work or there are none. */
export async function connectionProblem(config: OnebotConfig): Promise<string | undefined> {
  const status = { action: 'get_status', params: {} }
  try {
    if (config.wsUrl !== undefined) {
      const socket = await dialOnce(config, AbortSignal.timeout(10_000))
      await askAccount(socket).finally(() => socket.terminate())
    }
    if (config.httpUrl !== undefined) await callByHttp(config, status, 10_000)
    return undefined
  } catch (error) {
    return error instanceof UnavailableError
      ? `${error.message}: is it running, and is the address right?`
      : whyOf(error)
  }
}
