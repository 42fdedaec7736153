import type { Config } from '../../../config/config.ts'
import type { Address } from '../../core/message/address.ts'

/** The presets that config gives for a place, the nearest first: the group's, the channel's, everybody's. */
export function presetDefaults({ channels, llm }: Pick<Config, 'channels' | 'llm'>): (from: Address) => string[] {
  return ({ channel: id, chat, chatKind }) => {
    const channel = channels.find((each) => each.id === id)
    const ofGroup =
      channel?.platform === 'onebot' && chatKind === 'group'
        ? [channel.groups[chat.replace(/^g/, '')]?.preset, channel.groups.default?.preset]
        : []
    return [...ofGroup, channel?.preset, llm.preset].filter((name) => name !== undefined)
  }
}

/** The names that config gives anywhere. */
export function configuredPresets({ channels, llm }: Pick<Config, 'channels' | 'llm'>): string[] {
  const ofGroups = channels.flatMap((channel) =>
    channel.platform === 'onebot' ? Object.values(channel.groups).map(({ preset }) => preset) : [],
  )
  const all = [llm.preset, ...channels.map(({ preset }) => preset), ...ofGroups]
  return [...new Set(all.filter((name) => name !== undefined))]
}
