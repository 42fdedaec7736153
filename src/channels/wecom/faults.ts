import { type AppError, QuotaError, RejectedError, SetupError, UnavailableError } from '../../core/errors.ts'
import { type ErrcodeKind, errcodeOf } from './errcodes.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** How WeCom answers every call; anything but errcode 0 is a no. */
export interface CallAnswer {
  errcode: number
  errmsg: string
}

/** A no in our words. `what` names what was refused: `delivery d-1`, `the access token`. */
export type FaultOf = (answer: CallAnswer, what: string) => AppError

type Fault = (message: string, errmsg: string) => AppError
/** Kinds that mean another thing on each surface. */
type SurfaceKind = 'fallback' | 'already_done'

const refused: Fault = (message) => new RejectedError(message)
const unavailable: Fault = (message) => new UnavailableError(message)
const setup: Fault = (message) => new SetupError(message)

/** What the kinds mean on all surfaces alike. */
const faults: Readonly<Record<Exclude<ErrcodeKind, SurfaceKind>, Fault>> = {
  ok() {
    throw new Error('errcode 0 is no fault')
  },
  retry: unavailable,
  resubscribe: unavailable,
  wait_window: (message, errmsg) => new QuotaError(message, /hour|小时/i.test(errmsg) ? HOUR_MS : MINUTE_MS),
  config: setup,
  // The client has fetched a new one by then, and it was refused as well.
  refresh_token: setup,
  // Whoever sends the file has uploaded it anew by then, or could not.
  reupload: refused,
  permanent: refused,
}

/** The faults of a surface. It has to say what the kinds are to it that nobody else can know. */
export function faultsOf(own: Readonly<Record<SurfaceKind, Fault>>): FaultOf {
  const all: Readonly<Record<ErrcodeKind, Fault>> = { ...faults, ...own }
  return ({ errcode, errmsg }, what) => {
    const { kind, says } = errcodeOf(errcode)
    const address = /from ip:\s*([\da-f.:]+)/i.exec(errmsg)?.[1]
    const where = errcode === 60020 && address ? ` (add ${address})` : ''
    const message = `wecom: ${what}: ${says}${where} (errcode ${errcode}: ${withoutSecrets(errmsg)})`
    return all[kind](message, errmsg)
  }
}

/** The platform's own words without what a proxy may have echoed, and short. */
function withoutSecrets(errmsg: string): string {
  return errmsg.replace(/(access_token|corpsecret|key)=[^&\s]*/gi, '$1=…').slice(0, 200)
}
