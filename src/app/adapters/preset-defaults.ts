import type { Config } from '../../../config/config.ts'
import { platformOf } from '../../channels/platforms.ts'
import type { Address } from '../../core/message/address.ts'

/** The presets that config gives for a place, the nearest first: the group's, the channel's, everybody's. */
export function presetDefaults({ channels, llm }: Pick<Config, 'channels' | 'llm'>): (from: Address) => string[] {
  return (from) => {
    const account = channels.find(({ id }) => id === from.channel)
    const below = account === undefined ? [] : (platformOf(account).presets?.in(account, from) ?? [])
    return [...below, account?.preset, llm.preset].filter((name) => name !== undefined)
  }
}

/** The names that config gives anywhere. */
export function configuredPresets({ channels, llm }: Pick<Config, 'channels' | 'llm'>): string[] {
  const below = channels.flatMap((account) => platformOf(account).presets?.all(account) ?? [])
  const all = [llm.preset, ...channels.map(({ preset }) => preset), ...below]
  return [...new Set(all.filter((name) => name !== undefined))]
}
