/**
 * What a code means to whoever called. `refresh_token` is acted on by the client, `reupload` by whoever sends a file;
 * `fallback` (this way to answer is closed) and `already_done` (it was sent before) are no faults in themselves: each
 * surface says what they mean to it, see `faultsOf`.
 */
export type ErrcodeKind =
  | 'ok'
  | 'retry'
  | 'refresh_token'
  | 'reupload'
  | 'wait_window'
  | 'resubscribe'
  | 'fallback'
  | 'already_done'
  | 'permanent'
  | 'config'

export interface Errcode {
  kind: ErrcodeKind
  says: string
}

/** Error codes of all WeCom surfaces: https://developer.work.weixin.qq.com/document/path/90313 */
const errcodes: Readonly<Record<number, Errcode>> = {
  0: { kind: 'ok', says: 'ok' },
  [-1]: { kind: 'retry', says: 'WeCom is busy' },
  40001: { kind: 'config', says: 'the secret is wrong' },
  40003: { kind: 'permanent', says: 'there is no such member' },
  40007: { kind: 'reupload', says: 'the media id is unknown or older than three days' },
  40008: { kind: 'permanent', says: 'the message type is unknown' },
  40013: { kind: 'config', says: 'the corp id is wrong' },
  40014: { kind: 'refresh_token', says: 'the access token is not valid' },
  42001: { kind: 'refresh_token', says: 'the access token has expired' },
  41001: { kind: 'config', says: 'the access token is missing' },
  40033: { kind: 'permanent', says: 'the text holds characters WeCom does not take' },
  40050: { kind: 'permanent', says: 'the chat id is wrong' },
  40056: { kind: 'config', says: 'the agent id is wrong' },
  301002: { kind: 'config', says: 'the agent id does not belong to this secret' },
  40058: { kind: 'permanent', says: 'a parameter is wrong' },
  40145: { kind: 'reupload', says: 'the media id is wrong' },
  42052: { kind: 'permanent', says: 'it was sent more than 24 hours ago' },
  43012: { kind: 'config', says: 'cards with buttons need a callback URL set for the app' },
  44004: { kind: 'permanent', says: 'the text is empty' },
  45002: { kind: 'permanent', says: 'it is too long' },
  45009: { kind: 'wait_window', says: 'too many calls' },
  45033: { kind: 'retry', says: 'too many calls at once' },
  45035: { kind: 'retry', says: "two calls were in each other's way" },
  48002: { kind: 'config', says: 'the app may not use this interface' },
  50003: { kind: 'config', says: 'the app is switched off' },
  60011: { kind: 'config', says: 'the app may not reach this member or department' },
  60020: { kind: 'config', says: "this server's address is not among the trusted IPs (企业可信IP) of the app" },
  60111: { kind: 'permanent', says: 'there is no such member' },
  60140: { kind: 'permanent', says: "the card's response code was used before or is older than 72 hours" },
  81013: {
    kind: 'permanent',
    says: "none of the receivers can be reached: not members, or outside the app's visible range",
  },
  82001: { kind: 'permanent', says: 'the receivers are missing or too many' },
  82004: { kind: 'permanent', says: 'WeCom refuses this content' },
  86001: { kind: 'permanent', says: 'there is no such chat' },
  86003: { kind: 'permanent', says: "the chat is not one of this app's" },
  86008: { kind: 'permanent', says: 'the chat was not made by this app' },
  93000: { kind: 'permanent', says: 'the webhook key is wrong or the robot was removed' },
  93004: { kind: 'permanent', says: 'the robot is switched off' },
  93018: { kind: 'permanent', says: 'the image is too big' },
  95001: { kind: 'permanent', says: 'five messages were sent since the customer last wrote' },
  95002: { kind: 'permanent', says: 'the customer wrote more than 48 hours ago' },
  95007: { kind: 'retry', says: 'the sync token is wrong or older than ten minutes' },
  95013: { kind: 'permanent', says: 'the state of the conversation does not allow this' },
  95018: { kind: 'permanent', says: 'a person has taken over the conversation' },
  95033: { kind: 'already_done', says: 'a message with this msgid was sent before' },
  846601: { kind: 'config', says: 'the bot is not in long-connection mode' },
  846604: { kind: 'fallback', says: 'the request has expired' },
  846605: { kind: 'fallback', says: 'the request id is not valid' },
  846606: { kind: 'already_done', says: 'the request was answered before' },
  846607: { kind: 'wait_window', says: 'too many messages, or the person never wrote in this chat' },
  846608: { kind: 'fallback', says: 'the stream is too old to be updated' },
  846609: { kind: 'resubscribe', says: 'the connection is not subscribed' },
  846611: { kind: 'reupload', says: 'the upload id is not valid' },
  846612: { kind: 'permanent', says: "a chunk's index is out of range" },
  846613: { kind: 'permanent', says: 'a chunk is too big' },
  846616: { kind: 'retry', says: 'chunks of the upload are missing' },
  853000: { kind: 'config', says: 'the bot id or its secret is wrong' },
  45015: { kind: 'permanent', says: 'the person wrote too long ago' },
  45047: { kind: 'permanent', says: 'too many messages since the person last wrote' },
  48001: { kind: 'config', says: 'the account may not use this interface' },
}

/** A code that is not in the table is a refusal for good: repeating what is not understood helps nobody. */
export function errcodeOf(errcode: number): Errcode {
  return errcodes[errcode] ?? { kind: 'permanent', says: 'WeCom refuses it' }
}
