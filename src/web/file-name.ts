/** A name that every multipart reader takes: `报表.csv` becomes `file.csv`. */
export function asciiName(name: string): string {
  const dot = name.lastIndexOf('.')
  const stem = dot > 0 ? name.slice(0, dot) : name
  const ending = (dot > 0 ? name.slice(dot) : '').replace(/[^.\w-]/g, '').slice(0, 16)
  const isPlain = /^[\w .()-]+$/.test(stem)
  return `${isPlain ? stem.slice(0, 100) : 'file'}${ending}`
}

/** The file name in a Content-Disposition, without a path. */
export function nameIn(disposition: string | null): string | undefined {
  const encoded = /filename\*\s*=\s*utf-8''([^;]+)/i.exec(disposition ?? '')?.[1]
  const plain = /filename\s*=\s*(?:"([^"]*)"|([^;]+))/i.exec(disposition ?? '')
  const name = (encoded === undefined ? (plain?.[1] ?? plain?.[2]) : decoded(encoded))?.split(/[/\\]/).pop()?.trim()
  return name || undefined
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
