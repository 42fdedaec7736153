import type { ApiPorts } from '../ports.ts'

const plainType = /^[a-z0-9.+-]+\/[a-z0-9.+-]+$/

export interface NewFile {
  id: string
  name: string
  type: string
  bytes: Uint8Array
}

/** Keeps a file for as long as config says, under a name without folders and a type without parameters. */
export async function keepFile(
  ports: Pick<ApiPorts, 'store' | 'config'>,
  file: NewFile,
  now: number,
): Promise<NewFile> {
  const type = file.type.split(';')[0]?.trim().toLowerCase() ?? ''
  const kept = {
    ...file,
    name: baseName(file.name),
    type: plainType.test(type) ? type : 'application/octet-stream',
  }
  await ports.store.files.put({ ...kept, expiresAt: now + ports.config.limits.filesKeptMs })
  return kept
}

function baseName(path: string): string {
  const name = path.split(/[/\\]/).at(-1) ?? ''
  const shown = Array.from(name.replaceAll(/\p{Cc}/gu, ''))
    .slice(0, 200)
    .join('')
    .trim()
  return shown === '' || shown === '.' || shown === '..' ? 'file' : shown
}
