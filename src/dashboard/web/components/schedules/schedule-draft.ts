import type { NewSchedule } from '../../api/use-schedules.ts'
import type { Text } from '../../text/zh.ts'

/** The form's fields as they are written. */
export interface ScheduleDraft {
  when: string
  timeZone: string
  text: string
  channel: string
  chat: string
  chatKind: 'private' | 'group'
  owner: string
  misfire: NonNullable<NewSchedule['misfire']>
  overlap: NonNullable<NewSchedule['overlap']>
  pauseAfter: number
}

export const emptyDraft: ScheduleDraft = {
  when: '',
  timeZone: '',
  text: '',
  channel: '',
  chat: '',
  chatKind: 'private',
  owner: '',
  misfire: 'once',
  overlap: 'skip',
  pauseAfter: 3,
}

/** Until one is chosen the first channel is meant; the channels may come after the form. */
export function withChannel(draft: ScheduleDraft, channels: readonly string[]): ScheduleDraft {
  return { ...draft, channel: draft.channel || (channels[0] ?? '') }
}

/** What is wrong before the server has to say so. */
export function faultsOf(
  { when, text, channel, chat }: ScheduleDraft,
  words: Text,
): Partial<Record<keyof ScheduleDraft, string>> {
  const { wrong } = words.schedules
  return {
    ...(when.trim() === '' && { when: wrong.when }),
    ...(text.trim() === '' && { text: wrong.text }),
    ...(channel === '' && { channel: wrong.channel }),
    ...(chat.trim() === '' && { chat: wrong.chat }),
  }
}

/** In a private chat its person is the owner, unless another is named. */
export function scheduleOf(draft: ScheduleDraft): NewSchedule {
  const { when, timeZone, text, channel, chat, chatKind, owner, misfire, overlap, pauseAfter } = draft
  const self = chatKind === 'private' ? chat.trim() : undefined
  return {
    when: when.trim(),
    timeZone: timeZone.trim() || undefined,
    text,
    to: { channel, chat: chat.trim(), chatKind },
    owner: owner.trim() || self,
    misfire,
    overlap,
    pauseAfter,
  }
}
