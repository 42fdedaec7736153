/** What every API call answers with, HTTP status 200; fields that are undefined are left out. */
export interface Answer {
  readonly errcode: number
  readonly errmsg: string
  readonly [field: string]: unknown
}

/** Bytes instead of JSON: what media/get answers with. */
export interface Download {
  readonly bytes: Buffer
  readonly name: string
  readonly type: string
}

const MEANINGS: Readonly<Record<number, string>> = {
  [-1]: 'system error',
  40001: 'invalid credential',
  40004: 'invalid file type',
  40005: 'invalid type param',
  40006: 'invalid file size',
  40007: 'invalid media_id',
  40008: 'invalid message type',
  40013: 'invalid corpid',
  40014: 'invalid access_token',
  40033: 'invalid charset. please check your request, if include \\uxxxx will create fail!',
  40056: 'invalid agentid',
  40058: 'invalid Request Parameter',
  40066: 'invalid url',
  41001: 'access_token missing',
  42001: 'access_token expired',
  42014: 'taskid has existed or empty or exceed max len',
  42015: 'invalid card_type',
  42016: 'invalid field of the card',
  42052: 'msgid expired',
  43001: 'require GET method',
  43002: 'require POST method',
  43012: 'require callback url',
  44001: 'empty media data',
  44004: 'content size out of limit',
  45001: 'media size out of limit',
  45002: 'content size out of limit',
  45008: 'article size out of limit',
  45009: 'api freq out of limit',
  45033: 'api concurrent out of limit',
  48002: 'api forbidden',
  50003: 'agent disabled',
  60011: 'no privilege to access/modify contact/party/agent',
  60020: 'not allow to access from your ip',
  60111: 'userid not found',
  60140: 'invalid response_code',
  81013: 'user & party & tag all invalid',
  82001: 'all list empty or exceed limit',
  301002: 'not allow operate another agent with this accesstoken',
  830002: 'file too large, use Range',
}

export function accept(fields: Record<string, unknown> = {}): Answer {
  return { errcode: 0, errmsg: 'ok', ...fields }
}

/** A refusal as the platform words it; `why` is what a developer should look at. */
export function refuse(errcode: number, why?: string): Answer {
  const meaning = MEANINGS[errcode] ?? 'error'
  const hint = why === undefined ? '' : ` (${why})`
  return {
    errcode,
    errmsg: `${meaning}${hint}, hint: [simulated], from ip: 127.0.0.1, more info at https://open.work.weixin.qq.com/devtool/query?e=${errcode}`,
  }
}
