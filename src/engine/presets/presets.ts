import { z } from 'zod'
import type { Log } from '../../core/log.ts'
import type { Address } from '../../core/message/address.ts'
import { type ListedPreset, type Preset, type PresetFault, presetSchema } from '../../core/model/preset.ts'
import type { Settings } from '../../store/store.ts'
import type { PresetFiles } from './preset-files.ts'

/** Who the model may be, and who it is in which conversation. */
export interface Presets {
  /** Of files and of the dashboard, in the order of their names. */
  list(): Promise<ListedPreset[]>
  /** Files that could not be read. */
  faults(): readonly PresetFault[]
  /** The one from the dashboard, else the file's. */
  find(name: string): Promise<Preset | undefined>
  /**
   * Keeps a new one. Undefined when there is one of that name; the same again by the same person at the same time is
   * the same.
   */
  add(preset: Preset, by: string, now: number): Promise<ListedPreset | undefined>
  /** Keeps it over a file of the same name. */
  put(preset: Preset, by: string, now: number): Promise<ListedPreset>
  /** Takes away what `put` kept: the file counts again, if there is one. False when nothing was kept. */
  remove(name: string): Promise<boolean>
  /** What was chosen for a conversation. */
  chosen(conversation: string): Promise<string | undefined>
  /** Undefined: the default again. */
  choose(conversation: string, name: string | undefined): Promise<void>
  /**
   * Who the model is there: the chosen one, else the nearest default that there is. Names that are gone are passed over
   * with a log line.
   */
  of(from: Address, conversation: string): Promise<Preset | undefined>
}

export interface PresetPorts {
  settings: Pick<Settings, 'get' | 'set' | 'claim' | 'remove' | 'list'>
  files: Pick<PresetFiles, 'presets' | 'faults'>
  /** The names that config gives for a place, the nearest first. */
  defaults(from: Address): readonly string[]
  now(): number
  log: Log
}

const EDITED = 'preset:'
const CHOSEN = 'preset-of:'
const editedSchema = z.object({ preset: presetSchema, by: z.string(), at: z.number() })

export function openPresets({ settings, files, defaults, now, log }: PresetPorts): Presets {
  function readEdited(name: string, kept: string): z.infer<typeof editedSchema> | undefined {
    const edited = editedSchema.safeParse(JSON.parse(kept))
    if (!edited.success) log.error({ preset: name }, 'an edited preset cannot be read; edit it again on the dashboard')
    return edited.data
  }

  async function find(name: string): Promise<Preset | undefined> {
    const kept = await settings.get(EDITED + name, now())
    const edited = kept === undefined ? undefined : readEdited(name, kept)
    return edited?.preset ?? files.presets().get(name)?.preset
  }

  return {
    async list() {
      const listed = new Map<string, ListedPreset>()
      for (const [name, { preset, file }] of files.presets()) listed.set(name, { ...preset, file })
      for (const { name: key, value } of await settings.list(EDITED, now())) {
        const name = key.slice(EDITED.length)
        const edited = readEdited(name, value)
        if (edited === undefined) continue
        const { preset, by, at } = edited
        listed.set(name, { ...preset, file: listed.get(name)?.file, edited: { by, at } })
      }
      return [...listed.values()].toSorted((one, other) => (one.name < other.name ? -1 : 1))
    },
    faults: () => files.faults(),
    find,
    async add(preset, by, at) {
      if (files.presets().has(preset.name)) return undefined
      const edited = JSON.stringify({ preset, by, at })
      const stands = await settings.claim(EDITED + preset.name, edited, now())
      return stands === edited ? { ...preset, edited: { by, at } } : undefined
    },
    async put(preset, by, at) {
      await settings.set(EDITED + preset.name, JSON.stringify({ preset, by, at }))
      return { ...preset, file: files.presets().get(preset.name)?.file, edited: { by, at } }
    },
    async remove(name) {
      if ((await settings.get(EDITED + name, now())) === undefined) return false
      await settings.remove(EDITED + name)
      return true
    },
    chosen: (conversation) => settings.get(CHOSEN + conversation, now()),
    async choose(conversation, name) {
      if (name === undefined) await settings.remove(CHOSEN + conversation)
      else await settings.set(CHOSEN + conversation, name)
    },
    async of(from, conversation) {
      const chosen = await settings.get(CHOSEN + conversation, now())
      for (const name of [...(chosen === undefined ? [] : [chosen]), ...defaults(from)]) {
        const preset = await find(name)
        if (preset !== undefined) return preset
        log.warn({ preset: name, channel: from.channel, chat: from.chat }, 'a preset is gone: the next default counts')
      }
      return undefined
    },
  }
}
