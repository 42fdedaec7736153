/** Texts are looked at in the main thread, a thousand characters of each: a pattern that takes this long for one stops everything else. */
const mostMs = 200
/** Near to one another, so that a time which explodes has not done so between two of them. */
const lengths = lengthsTo(1000)
const fillings = ['a', '0', ' ', '中', '-']
const mostPieces = 12

/**
 * Whether a pattern takes too long on texts that nearly fit it, as `(a+)+$` does. It is tried on what it is made of, repeated ever more often, so
 * that one whose time explodes is found while it still ends; none is proved to be quick.
 */
export function isSlow(pattern: RegExp): boolean {
  return probesOf(pattern.source).some((probe) => lengths.some((length) => isSlowOn(pattern, probe(length))))
}

function lengthsTo(longest: number): number[] {
  const found: number[] = []
  for (let length = 8; length < longest; length = Math.floor(Math.max(length + 1, length * 1.1))) found.push(length)
  return [...found, longest]
}

/** Three times: a machine that has other things to do is slow now and then. */
function isSlowOn(pattern: RegExp, text: string): boolean {
  for (let tries = 0; tries < 3; tries += 1) {
    const startedAt = performance.now()
    pattern.test(text)
    const tookMs = performance.now() - startedAt
    if (tookMs < mostMs) return false
    if (tookMs > 4 * mostMs) return true
  }
  return true
}

/** A beginning that fits, then one piece over and over, then what fits nothing. */
function probesOf(source: string): ((length: number) => string)[] {
  const plain = source.replace(/\\[dD]/g, '0').replace(/\\[wWsSpPbB]/g, 'a')
  const pieces = plain
    .split(/[\\^$.*+?()[\]{}|]+/)
    .filter((piece) => piece !== '')
    .slice(0, mostPieces)
  return ['', ...pieces].flatMap((_, place) => {
    const beginning = pieces.slice(0, place).join('')
    const repeated = new Set([...pieces.slice(place, place + 1), ...pieces.slice(place - 1, place), ...fillings])
    return [...repeated].map(
      (piece) => (length: number) => `${beginning}${piece.repeat(length / piece.length + 1)}\u0000`,
    )
  })
}
