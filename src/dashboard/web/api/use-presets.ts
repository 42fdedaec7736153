import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { PresetList } from '../../api/shapes.ts'
import { post } from './http.ts'
import { keys } from './queries.ts'
import { readAgain } from './use-act.ts'

export type ListedPreset = PresetList['presets'][number]
export type PresetFields = Pick<ListedPreset, 'title' | 'model' | 'temperature' | 'text'>

/** What is done with a preset. `remove` deletes it, or where there is a file of its name, lets that count again. */
export type PresetChange =
  | { kind: 'add' | 'put'; name: string; fields: PresetFields }
  | { kind: 'remove'; name: string }

/** `onDone`: the list is read again and has what was saved, or what was removed may still stand in it. */
export function useChangePreset(onDone: (done: PresetChange) => void) {
  const client = useQueryClient()
  const read = () => readAgain(client, [keys.presets])
  return useMutation({
    mutationFn: change,
    async onSuccess(_, given) {
      if (given.kind !== 'remove') await read()
      onDone(given)
      if (given.kind === 'remove') await read()
    },
  })
}

function change(given: PresetChange): Promise<unknown> {
  const { kind, name } = given
  const json = { 'content-type': 'application/json' }
  const path = `/api/presets/${encodeURIComponent(name)}`
  if (kind === 'remove') return post('DELETE', path)
  if (kind === 'put') return post('PUT', path, JSON.stringify(given.fields), json)
  return post('POST', '/api/presets', JSON.stringify({ name, ...given.fields }), json)
}
