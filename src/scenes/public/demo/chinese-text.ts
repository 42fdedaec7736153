const sentence = '回头告诉你：收到的每一句话都会有回音，快的马上说，慢的做完再说。'

/** A text of exactly so many UTF-8 bytes: Chinese, three bytes a character, and dots for what is left over. */
export function chineseText(bytes: number): string {
  const characters = Math.floor(bytes / 3)
  const text = sentence.repeat(Math.ceil(characters / sentence.length)).slice(0, characters)
  return text + '.'.repeat(bytes % 3)
}
