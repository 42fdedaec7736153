import { describe, expect, test } from 'vitest'
import { errcodeOf } from '../../../src/channels/wecom/errcodes.ts'
import { faultsOf } from '../../../src/channels/wecom/faults.ts'
import { QuotaError, RejectedError, SetupError, UnavailableError, UnsureError } from '../../../src/core/errors.ts'
import { vectors } from './vectors.ts'

const table = vectors<{
  errcodes: { errcode: number; class: string }[]
  unknown_errcode: { class: string }
}>('wecom-errcodes')

/** A surface that says what those kinds are to it. */
class OtherWay extends UnavailableError {}
const faultOf = faultsOf({
  fallback: (message) => new OtherWay(message),
  already_done: (message) => new UnsureError(message, true),
})

const families: Record<string, new (...args: never[]) => Error> = {
  retry: UnavailableError,
  resubscribe: UnavailableError,
  wait_window: QuotaError,
  refresh_token: SetupError,
  config: SetupError,
  reupload: RejectedError,
  fallback: OtherWay,
  already_done: UnsureError,
  permanent: RejectedError,
}

describe('every errcode has its kind and its family of errors; what two kinds are is said by the surface', () => {
  test.each(table.errcodes)('$errcode is $class', ({ errcode, class: kind }) => {
    expect(errcodeOf(errcode).kind).toBe(kind)
    if (errcode === 0) return
    const fault = faultOf({ errcode, errmsg: 'x' }, 'delivery d-1')
    expect(fault).toBeInstanceOf(families[kind])
    expect(fault.message).toContain(`errcode ${errcode}`)
  })
})

test('a code that is not in the table is a refusal for good', () => {
  expect(errcodeOf(123456).kind).toBe(table.unknown_errcode.class)
  expect(faultOf({ errcode: 123456, errmsg: 'new' }, 'delivery d-1')).toBeInstanceOf(RejectedError)
})

test('too frequent pauses a minute, or an hour when the hour is full', () => {
  expect(faultOf({ errcode: 45009, errmsg: 'api freq out of limit' }, 'x')).toMatchObject({ pauseMs: 60_000 })
  expect(faultOf({ errcode: 45009, errmsg: 'api hour freq out of limit' }, 'x')).toMatchObject({ pauseMs: 3_600_000 })
})

test('an address that is not trusted is named', () => {
  const fault = faultOf({ errcode: 60020, errmsg: 'not allow to access from your ip, from ip: 203.0.113.9' }, 'x')
  expect(fault.message).toContain('add 203.0.113.9')
})

test('a token that somebody echoes does not get into an error', () => {
  const fault = faultOf({ errcode: 40058, errmsg: 'bad url ?access_token=SECRET&corpsecret=SECRET' }, 'x')
  expect(fault.message).not.toContain('SECRET')
})
