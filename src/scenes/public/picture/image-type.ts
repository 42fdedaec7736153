/** The ending for a picture's bytes, by their first ones; undefined when they are none that chats show. */
export function endingOf(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.subarray(0, 12)).toString('latin1')
  if (head.startsWith('\xff\xd8\xff')) return '.jpg'
  if (head.startsWith('\x89PNG\r\n')) return '.png'
  if (/^GIF8[79]a/.test(head)) return '.gif'
  return head.startsWith('RIFF') && head.endsWith('WEBP') ? '.webp' : undefined
}
