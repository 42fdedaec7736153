import { createHash } from 'node:crypto'
import type { FlavourName } from './simulator.ts'

export interface CallAnswer {
  status: 'ok' | 'failed'
  retcode: number
  data: unknown
  words?: string
}

/** In what the implementations differ, as far as it can be seen from outside. */
export interface Flavour {
  headers(selfId: string, token: string | undefined, role: 'Universal' | 'API' | 'Event'): Record<string, string>
  heartbeatMs: number
  format: 'array' | 'string'
  /** The next message_id of a chat. */
  messageId(n: number, chat: string): number
  unknownAction(action: string): CallAnswer
  /** The answer as it goes over a socket. */
  frame(answer: CallAnswer, echo: unknown): Record<string, unknown>
  /** Whether segment data must be texts, and a quote must be of a known message. */
  isStrict: boolean
  /** What a send to a group is answered in which the account may not speak. */
  muted: CallAnswer
  /** Whether friends' history can be read, too. */
  hasFriendHistory: boolean
}

const failed = (retcode: number, words?: string): CallAnswer => ({ status: 'failed', retcode, data: null, words })
const int32 = (text: string): number => createHash('md5').update(text).digest().readInt32BE()

export const flavours: Readonly<Record<FlavourName, Flavour>> = {
  napcat: {
    headers: (selfId, token) => ({
      'x-self-id': selfId,
      'x-client-role': 'Universal',
      authorization: `Bearer ${token ?? ''}`,
      'user-agent': 'OneBot/11',
    }),
    heartbeatMs: 30_000,
    format: 'array',
    messageId: (n, chat) => int32(`${chat} ${n}`) & 0x7fffffff,
    unknownAction: (action) => failed(1404, `不支持的Api ${action}`),
    frame: ({ words = '', ...answer }, echo = '') => ({
      ...answer,
      message: words,
      wording: words,
      echo,
      stream: 'normal-action',
    }),
    isStrict: false,
    muted: failed(
      1200,
      'EventChecker Failed: NTEvent serviceAndMethod:NodeIKernelMsgService/sendMsg EventRet:{"result":120,"errMsg":""}',
    ),
    hasFriendHistory: true,
  },
  lagrange: {
    headers: (selfId, token, role) => ({
      'x-self-id': selfId,
      'x-client-role': role === 'API' ? 'Api' : role,
      'user-agent': 'Lagrange.OneBot',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    }),
    heartbeatMs: 5_000,
    format: 'array',
    messageId: (n) => (n << 16) | (int32(`${n}`) & 0xffff) | 0,
    unknownAction: () => failed(404),
    frame: ({ status, retcode, data }, echo) => ({ status, retcode, data, echo }),
    isStrict: true,
    muted: failed(120),
    hasFriendHistory: true,
  },
  'go-cqhttp': {
    headers: (selfId, token, role) => ({
      'x-self-id': selfId,
      'x-client-role': role,
      'user-agent': 'CQHttp/4.15.0',
      ...(token !== undefined && { authorization: `Token ${token}` }),
    }),
    heartbeatMs: 5_000,
    format: 'string',
    messageId: (n, chat) => int32(`${chat}-${n}`),
    unknownAction: () => failed(404, 'API不存在'),
    frame: ({ words, ...answer }, echo) => ({
      ...answer,
      ...(answer.status === 'failed' && { msg: 'API_ERROR', wording: words ?? '', message: words ?? '' }),
      ...(echo !== undefined && { echo }),
    }),
    isStrict: false,
    muted: failed(100, 'SEND_MSG_API_ERROR'),
    hasFriendHistory: false,
  },
}

export { failed }
