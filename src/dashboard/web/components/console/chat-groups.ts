import type { Lang } from '../../../../core/text/lang.ts'
import type { ConsoleChat } from '../../../api/console/shapes.ts'
import type { Text } from '../../text/zh.ts'

export interface ChatGroup {
  channel: string
  /** The platform's name, with the channel's where two are on the same. */
  title: string
  isSimulated: boolean
  chats: readonly ConsoleChat[]
}

/** The chats by channel, in the order in which they came. */
export function chatGroups(chats: readonly ConsoleChat[], text: Text, lang: Lang): ChatGroup[] {
  const byChannel = Map.groupBy(chats, ({ channel }) => channel)
  const platforms = [...byChannel.values()].map(([first]) => first?.simulated?.platform)
  return [...byChannel].map(([channel, own]) => {
    const { platform, platformTitle } = own[0]?.simulated ?? {}
    const isAlone = platforms.filter((one) => one === platform).length === 1
    const name = platformTitle?.[lang] ?? text.console.web
    return {
      channel,
      title: isAlone ? name : `${name} · ${channel}`,
      isSimulated: platform !== undefined,
      chats: own,
    }
  })
}
