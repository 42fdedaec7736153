import {
  type AppError,
  QuotaError,
  RejectedError,
  SetupError,
  UnavailableError,
  UnsureError,
} from '../../core/errors.ts'
import type { Answer } from './types.ts'

/** Risk control (风控) lifts after minutes at best. */
const RISK_PAUSE_MS = 5 * 60_000

/** `async`: it was taken, and no more will be known. */
export function isDone({ status, retcode }: Answer): boolean {
  return status === 'ok' || (status === 'async' && retcode === 1)
}

/**
 * Whether a send to a group was refused because the account may not speak there: QQ's own code is 120, which NapCat
 * hands on in its words.
 */
export function saysMuted(answer: Answer): boolean {
  const words = answer.message || answer.wording || ''
  return !isDone(answer) && (answer.retcode === 120 || /"?result"?\s*[:=]\s*120\b|禁言|muted/i.test(words))
}

/**
 * A call that was not done, in our words; `what` names it: `delivery d-1`. Codes:
 * https://github.com/botuniverse/onebot-11/blob/master/api/README.md and the implementations' own.
 */
export function faultOf(answer: Answer, what: string): AppError {
  const { retcode } = answer
  const words = (answer.message || answer.wording || '')
    .replace(/(access_token|token|rkey|secret)=[^&\s]*/gi, '$1=…')
    .slice(0, 200)
  const message = `onebot: ${what} was refused (retcode ${retcode}${words && `: ${words}`})`
  switch (retcode) {
    case 401:
    case 403:
    case 1401:
    case 1403:
      return new SetupError(`onebot: the access token was refused (retcode ${retcode})`)
    case 100:
      // go-cqhttp says no more: muted, kicked or under risk control.
      return new QuotaError(message, RISK_PAUSE_MS, 'chat')
    case 9000: // Lagrange: sent, and QQ gave no number back
      return new UnsureError(message, false)
    case 120:
    case 200:
    case 1200:
      return faultByWords(message, words)
    default:
      return new RejectedError(message)
  }
}

/** NapCat has one code for everything, and Lagrange hands on what QQ said. */
function faultByWords(message: string, words: string): AppError {
  // A time-out of QQ's own very often has arrived.
  if (/time\s?-?out|超时/i.test(words)) return new UnsureError(message, false)
  if (/offline|not (?:logged|login)|离线|未登录|掉线/i.test(words)) return new UnavailableError(message)
  if (/frequen|too (?:many|fast)|频繁|风控/i.test(words)) return new QuotaError(message, RISK_PAUSE_MS, 'chat')
  return new RejectedError(message)
}
