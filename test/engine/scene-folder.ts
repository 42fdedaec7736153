import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'

export interface SceneFolder {
  path: string
  write(name: string, source: string): Promise<void>
  remove(name: string): Promise<void>
}

/** A scene folder of a test's own, with these files; gone when the test is. */
export async function aSceneFolder(files: Readonly<Record<string, string>> = {}): Promise<SceneFolder> {
  const path = await mkdtemp(join(tmpdir(), 'scenes-'))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  const folder: SceneFolder = {
    path,
    async write(name, source) {
      await mkdir(dirname(join(path, name)), { recursive: true })
      await writeFile(join(path, name), source)
    },
    remove: (name) => rm(join(path, name), { recursive: true }),
  }
  for (const [name, source] of Object.entries(files)) await folder.write(name, source)
  return folder
}

/** A scene file whose commands are functions written out: `{ hi: "() => 'hi'" }`. */
export function aScene(name: string, commands: Readonly<Record<string, string>>, top = ''): string {
  const written = Object.entries(commands).map(
    ([command, run]) => `${command}: { summary, args: z.object({ text: z.string().default('') }), run: ${run} },`,
  )
  return [
    "import { defineScene, z } from '#scene'",
    top,
    "const summary = { zh: '试', en: 'try' }",
    `export default defineScene({ name: '${name}', summary, commands: {`,
    ...written,
    '} })',
  ].join('\n')
}

export const silent = { debug() {}, info() {}, warn() {}, error() {} }
