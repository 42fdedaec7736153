const signs = [
  ['image/png', '89504e47'],
  ['image/jpeg', 'ffd8ff'],
  ['image/gif', '47494638'],
  ['audio/amr', '2321414d52'],
  ['audio/mpeg', '494433'],
  ['application/pdf', '25504446'],
] as const

export const plainBytes = 'application/octet-stream'

/** What bytes are, by how they begin. */
export function mediaTypeOf(bytes: Buffer): string {
  const start = bytes.toString('hex', 0, 8)
  const riff = start.startsWith('52494646') ? bytes.toString('latin1', 8, 12) : ''
  if (riff === 'WEBP') return 'image/webp'
  if (riff === 'WAVE') return 'audio/wav'
  if (bytes.toString('latin1', 4, 8) === 'ftyp') return 'video/mp4'
  return signs.find(([, sign]) => start.startsWith(sign))?.[0] ?? plainBytes
}
