/** The address when a person may be sent there (web, mail, a page of ours); undefined for `javascript:` and its kin. */
export function safeUrl(address: string): string | undefined {
  try {
    const url = new URL(address, location.origin)
    return ['http:', 'https:', 'mailto:'].includes(url.protocol) ? url.href : undefined
  } catch {
    return undefined
  }
}

/** The page's policy shows pictures and plays sounds from our own server only. */
export function isOwnUrl(address: string): boolean {
  const url = safeUrl(address)
  return url !== undefined && new URL(url).origin === location.origin
}
