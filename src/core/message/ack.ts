/** What a platform's request is answered with. */
export interface Ack {
  status: number
  body?: string
  headers?: Readonly<Record<string, string>>
}

export const emptyAck: Ack = { status: 200, body: '' }
