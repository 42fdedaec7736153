/**
 * The few frontend messages of PostgreSQL's protocol that running a prepared statement needs.
 * https://www.postgresql.org/docs/18/protocol-message-formats.html
 */

/** Parse, Describe (statement), Sync: the answer names the parameters' and columns' types. */
export function prepareMessage(name: string, sql: string): Uint8Array {
  return Buffer.concat([
    ...framed('P', [text(name), text(sql), int16(0)]),
    ...framed('D', [Buffer.from('S'), text(name)]),
    ...framed('S', []),
  ])
}

/** Bind, Execute, Sync: everything in text form. */
export function executeMessage(name: string, values: readonly (string | null)[]): Uint8Array {
  const bound = values.flatMap((value) => {
    if (value === null) return [int32(-1)]
    const bytes = Buffer.from(value)
    return [int32(bytes.length), bytes]
  })
  return Buffer.concat([
    ...framed('B', [text(''), text(name), int16(0), int16(values.length), ...bound, int16(0)]),
    ...framed('E', [text(''), int32(0)]),
    ...framed('S', []),
  ])
}

function framed(kind: string, fields: Buffer[]): Buffer[] {
  const length = fields.reduce((sum, field) => sum + field.length, 4)
  return [Buffer.from(kind), int32(length), ...fields]
}

function text(value: string): Buffer {
  return Buffer.from(`${value}\0`)
}

function int16(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(2)
  bytes.writeInt16BE(value)
  return bytes
}

function int32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4)
  bytes.writeInt32BE(value)
  return bytes
}
