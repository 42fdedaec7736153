/** A text in GBK, which Node reads but does not write. */
export function gbk(text: string): Buffer {
  return Buffer.concat([...text].map((letter) => codes.get(letter) ?? Buffer.from(letter, 'latin1')))
}

const codes = new Map<string, Buffer>()
const decoder = new TextDecoder('gbk')
for (let lead = 0x81; lead <= 0xfe; lead++) {
  for (let trail = 0x40; trail <= 0xfe; trail++) {
    const code = Buffer.from([lead, trail])
    const letter = decoder.decode(code)
    if (!letter.includes('\ufffd') && [...letter].length === 1) codes.set(letter, code)
  }
}
