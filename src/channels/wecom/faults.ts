import { type AppError, QuotaError, RejectedError, SetupError, UnavailableError } from '../../core/errors.ts'
import { errcodeOf } from './errcodes.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** WeCom's verdict on a call; anything but errcode 0 is a no. */
export interface Verdict {
  errcode: number
  errmsg: string
}

/** A verdict that is not ok, in our words. `what` names what was refused: `delivery d-1`, `the access token`. */
export function faultOf({ errcode, errmsg }: Verdict, what: string): AppError {
  const { class: kind, says } = errcodeOf(errcode)
  const address = /from ip:\s*([\da-f.:]+)/i.exec(errmsg)?.[1]
  const where = errcode === 60020 && address ? ` (add ${address})` : ''
  const message = `wecom: ${what}: ${says}${where} (errcode ${errcode}: ${withoutSecrets(errmsg)})`
  switch (kind) {
    case 'retry':
    case 'resubscribe':
      return new UnavailableError(message)
    case 'wait_window':
      return new QuotaError(message, /hour|小时/i.test(errmsg) ? HOUR_MS : MINUTE_MS)
    case 'config':
    case 'refresh_token': // the client has fetched a new one by then, and it was refused as well
      return new SetupError(message)
    default:
      return new RejectedError(message)
  }
}

/** The platform's own words without what a proxy may have echoed, and short. */
function withoutSecrets(errmsg: string): string {
  return errmsg.replace(/(access_token|corpsecret|key)=[^&\s]*/gi, '$1=…').slice(0, 200)
}
