import { useCallback, useEffect, useState } from 'react'
import type { PresetList } from '../../api/shapes.ts'
import { call, post } from './http.ts'

export type ListedPreset = PresetList['presets'][number]
export type PresetFields = Pick<ListedPreset, 'title' | 'model' | 'temperature' | 'text'>

export interface PresetsView {
  list: PresetList | undefined
  error: Error | undefined
  reload(): Promise<void>
}

/** The presets; what was there stays while they are read again. */
export function usePresets(): PresetsView {
  const [list, setList] = useState<PresetList>()
  const [error, setError] = useState<Error>()
  const reload = useCallback(async () => {
    try {
      setList(await call<PresetList>('/api/presets'))
      setError(undefined)
    } catch (fault) {
      if (fault instanceof Error) setError(fault)
    }
  }, [])
  useEffect(() => void reload(), [reload])
  return { list, error, reload }
}

const json = { 'content-type': 'application/json' }
const pathOf = (name: string): string => `/api/presets/${encodeURIComponent(name)}`

export function addPreset(name: string, fields: PresetFields): Promise<ListedPreset> {
  return post('POST', '/api/presets', JSON.stringify({ name, ...fields }), json)
}

export function putPreset(name: string, fields: PresetFields): Promise<ListedPreset> {
  return post('PUT', pathOf(name), JSON.stringify(fields), json)
}

/** Deletes it, or where there is a file of its name, lets that count again. */
export function removePreset(name: string): Promise<void> {
  return post('DELETE', pathOf(name))
}
