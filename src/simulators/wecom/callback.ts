import { type Corp, openCard } from './corp.ts'
import { contentTypeOf, type MediaType } from './media.ts'
import type { XmlFields } from './xml.ts'

type MessageKind = 'text' | 'image' | 'voice' | 'video' | 'file' | 'location' | 'link'
/** The events of document 90240. */
type EventKind =
  | 'subscribe'
  | 'unsubscribe'
  | 'enter_agent'
  | 'LOCATION'
  | 'click'
  | 'view'
  | 'view_miniprogram'
  | 'scancode_push'
  | 'scancode_waitmsg'
  | 'pic_sysphoto'
  | 'pic_photo_or_album'
  | 'pic_weixin'
  | 'location_select'
  | 'template_card_event'
  | 'template_card_menu_event'
  | 'change_contact'
  | 'batch_job_result'
  | 'open_approval_change'
  | 'share_agent_change'
  | 'share_chain_change'
  | 'inactive_alert'
  | 'close_inactive_agent'
  | 'reopen_inactive_agent'
  | 'low_active_alert'
  | 'low_active'
  | 'active_restored'
  | 'upload_media_job_finish'
/**
 * Any other name is sent as an event of that name. For an unknown message type, send a known one with `MsgType` set.
 */
export type CallbackKind = MessageKind | EventKind | (string & {})

/** Who it comes from, and the platform's own fields where the usual ones will not do. */
export type CallbackFields = XmlFields & { from?: string }

/** Smallest bytes that pass for a file of their type. */
const SAMPLES: Readonly<Record<MediaType, { name: string; bytes: Buffer }>> = {
  image: {
    name: 'image.png',
    bytes: Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    ),
  },
  voice: { name: 'voice.amr', bytes: Buffer.concat([Buffer.from('#!AMR\n'), Buffer.alloc(32)]) },
  video: { name: 'video.mp4', bytes: Buffer.from('0000001866747970697336d0000000006973366d6d703432', 'hex') },
  file: { name: 'notes.txt', bytes: Buffer.from('Notes of a meeting.\n') },
}

/** The plaintext of a callback, except what only a message has: its MsgId. */
export function callbackFields(corp: Corp, kind: CallbackKind, { from, ...fields }: CallbackFields): XmlFields {
  const message = messageFields(corp, kind)
  const isFromSys = FROM_SYS.includes(kind)
  const sender = from ?? (isFromSys ? 'sys' : 'zhangsan')
  if (!isFromSys) corp.members.meet(sender)
  return {
    ToUserName: corp.credentials.corpId,
    FromUserName: sender,
    CreateTime: Math.floor(corp.now() / 1000),
    ...(message
      ? { MsgType: kind, ...message }
      : { MsgType: 'event', Event: kind, ...eventFields(corp, kind, fields) }),
    ...(isFromSys && kind !== 'upload_media_job_finish' ? {} : { AgentID: corp.credentials.agentId }),
    ...fields,
  }
}

const FROM_SYS: readonly string[] = ['change_contact', 'batch_job_result', 'upload_media_job_finish']

function messageFields(corp: Corp, kind: CallbackKind): XmlFields | undefined {
  const mediaId = (type: MediaType): string => keepSample(corp, type)
  switch (kind) {
    case 'text':
      return { Content: '' }
    case 'image':
      return { PicUrl: 'https://wework.qpic.example/wwpic/1/0', MediaId: mediaId('image') }
    case 'voice':
      return { MediaId: mediaId('voice'), Format: 'amr' }
    case 'video':
      return { MediaId: mediaId('video'), ThumbMediaId: mediaId('image') }
    case 'file':
      return { MediaId: mediaId('file'), FileName: SAMPLES.file.name }
    case 'location':
      return { Location_X: 23.134521, Location_Y: 113.358803, Scale: 20, Label: '广州市海珠区', AppType: 'wxwork' }
    case 'link':
      return { Title: '标题', Description: '描述', Url: 'https://example.com/', PicUrl: 'https://example.com/p.png' }
    default:
      return undefined
  }
}

function keepSample(corp: Corp, type: MediaType): string {
  const { name, bytes } = SAMPLES[type]
  return corp.media.keep({ type, bytes, name, contentType: contentTypeOf(name) }, corp.now())
}

function eventFields(corp: Corp, kind: CallbackKind, given: XmlFields): XmlFields {
  switch (kind) {
    case 'enter_agent':
      return { EventKey: '' }
    case 'LOCATION':
      return { Latitude: 23.104, Longitude: 113.32, Precision: 65, AppType: 'wxwork' }
    case 'click':
      return { EventKey: 'MENU' }
    case 'view':
    case 'view_miniprogram':
      return { EventKey: 'https://example.com/menu' }
    case 'scancode_push':
    case 'scancode_waitmsg':
      return { EventKey: '6', ScanCodeInfo: { ScanType: 'qrcode', ScanResult: '2' } }
    case 'pic_sysphoto':
    case 'pic_photo_or_album':
    case 'pic_weixin':
      return {
        EventKey: '6',
        SendPicsInfo: { Count: 1, PicList: { item: [{ PicMd5Sum: '1b5f7c23b5bf75682a53e7b6d163e185' }] } },
      }
    case 'location_select':
      return {
        EventKey: '6',
        SendLocationInfo: { Location_X: '23', Location_Y: '113', Scale: '15', Label: '广州市', Poiname: '' },
        AppType: 'wxwork',
      }
    case 'template_card_event':
    case 'template_card_menu_event':
      return cardEventFields(corp, given)
    case 'change_contact':
      return { ChangeType: 'update_user', UserID: 'lisi', NewUserID: 'lisi2' }
    case 'batch_job_result':
      return { BatchJob: { JobId: corp.random.letters(43), JobType: 'sync_user', ErrCode: 0, ErrMsg: 'ok' } }
    case 'inactive_alert':
      return { EffectTime: Math.floor(corp.now() / 1000) + 7 * 86_400 }
    case 'upload_media_job_finish':
      return { JobId: `jobid_${corp.random.letters(20)}` }
    default:
      return {}
  }
}

/** A press on a card that was sent: its type, and a code to update it with. */
function cardEventFields(corp: Corp, given: XmlFields): XmlFields {
  const card = corp.conversation.inbox.findLast(
    (entry) => entry.msgtype === 'template_card' && entry.content.task_id === given.TaskId,
  )
  return {
    EventKey: 'approve',
    TaskId: 'task',
    CardType: typeof card?.content.card_type === 'string' ? card.content.card_type : 'button_interaction',
    ResponseCode: openCard(corp, card?.msgid ?? ''),
  }
}
