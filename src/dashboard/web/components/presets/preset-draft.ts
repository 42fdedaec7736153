import type { ListedPreset, PresetFields } from '../../api/use-presets.ts'
import type { Text } from '../../text/zh.ts'

/** A preset as it is being written: every field a text. */
export interface Draft {
  name: string
  titleZh: string
  titleEn: string
  model: string
  temperature: string
  text: string
}

const MOST_TITLE = 60
const MOST_MODEL = 200
const MOST_TEXT = 20_000
const NAME = /^[\p{Ll}\p{Lo}\p{N}][\p{Ll}\p{Lo}\p{N}-]{0,31}$/u

export function draftOf(preset: ListedPreset | undefined): Draft {
  return {
    name: preset?.name ?? '',
    titleZh: preset?.title?.zh ?? '',
    titleEn: preset?.title?.en ?? '',
    model: preset?.model ?? '',
    temperature: preset?.temperature === undefined ? '' : String(preset.temperature),
    text: preset?.text ?? '',
  }
}

/** What is wrong with it, by field. The server judges too; this is sooner, and in one's language. */
export function faultsOf(draft: Draft, text: Text): Partial<Record<keyof Draft, string>> {
  const { wrong } = text.presets
  const faults: Partial<Record<keyof Draft, string>> = {}
  if (!NAME.test(draft.name) || draft.name === 'default') faults.name = wrong.name
  for (const field of ['titleZh', 'titleEn'] as const) {
    if (draft[field].trim().length > MOST_TITLE) faults[field] = wrong.long(MOST_TITLE)
  }
  if (draft.model.trim().length > MOST_MODEL) faults.model = wrong.long(MOST_MODEL)
  const temperature = temperatureOf(draft)
  if (temperature !== undefined && !(temperature >= 0 && temperature <= 2)) faults.temperature = wrong.temperature
  const length = draft.text.trim().length
  if (length === 0) faults.text = wrong.text
  else if (length > MOST_TEXT) faults.text = wrong.long(MOST_TEXT)
  return faults
}

/** As the server takes it: what is empty is left out, and one title stands for both. */
export function fieldsOf(draft: Draft): PresetFields {
  const zh = draft.titleZh.trim()
  const en = draft.titleEn.trim()
  return {
    title: zh || en ? { zh: zh || en, en: en || zh } : undefined,
    model: draft.model.trim() || undefined,
    temperature: temperatureOf(draft),
    text: draft.text.trim(),
  }
}

export function isSame(one: Draft, other: Draft): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

/** NaN for what is no number. */
function temperatureOf({ temperature }: Draft): number | undefined {
  const written = temperature.trim().replace('，', '.').replace(',', '.')
  return written === '' ? undefined : Number(written)
}
