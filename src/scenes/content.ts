import type { Media, Part } from '../core/message/part.ts'

export function text(value: string): Part {
  return { kind: 'text', text: value }
}

export function markdown(value: string): Part {
  return { kind: 'markdown', text: value }
}

/** A picture from a URL or from bytes (PNG or JPG). */
export function image(source: string | URL | Uint8Array, name = 'image.png'): Part {
  return { kind: 'image', media: mediaOf(source), name }
}

/** A file for download, from text or bytes. */
export function file(name: string, content: string | Uint8Array, type = 'application/octet-stream'): Part {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  return { kind: 'file', media: mediaOf(bytes), name, type }
}

/** A voice message from bytes (MP3, WAV, AMR, SILK): what a platform takes as voice differs. */
export function voice(source: URL | Uint8Array, name = 'voice.mp3'): Part {
  return { kind: 'voice', media: mediaOf(source), name }
}

function mediaOf(source: string | URL | Uint8Array): Media {
  if (source instanceof Uint8Array) return { source: 'inline', base64: Buffer.from(source).toString('base64') }
  return { source: 'url', url: source.toString() }
}
