import { z } from '#scene'

/** What is asked for stands here in an address. */
const place = '{what}'

/** An http address in which `{what}` may stand, after its host: nobody who writes to the bot may choose the host. */
export const addressSchema = z.string().refine((address) => {
  const [one, other] = ['a', 'b'].map((what) => URL.parse(address.replaceAll(place, what)))
  return one && /^https?:$/.test(one.protocol) && one.origin === other?.origin && one.username === other.username
}, 'it must be an http or https address, with {what} in its path or query only')

/** The address with what was asked for in its place, as one piece of path or query. */
export function addressFor(address: string, what: string): string {
  // A dot alone, or two, would climb in a path.
  const piece = /^\.{1,2}$/.test(what) ? '' : encodeURIComponent(what.toWellFormed())
  return address.replaceAll(place, () => piece)
}
