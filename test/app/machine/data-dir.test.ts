import { existsSync } from 'node:fs'
import { chmod, mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ensureDataDir } from '../../../src/app/machine/data-dir.ts'
import { scratchDir } from '../../fakes/huitou.ts'

async function aFolder(): Promise<string> {
  const { dir, remove } = await scratchDir()
  onTestFinished(remove)
  return dir
}

test('a data folder is made, with those above it, and one that is there is left alone', async () => {
  const folder = join(await aFolder(), 'a', 'b')
  await ensureDataDir(folder)
  await writeFile(join(folder, 'kept'), '')
  await ensureDataDir(folder)
  expect(existsSync(join(folder, 'kept'))).toBe(true)
})

test('a data folder that is a file, or lies below one, is told in a sentence', async () => {
  const file = join(await aFolder(), 'file')
  await writeFile(file, '')
  await expect(ensureDataDir(file)).rejects.toThrow(`the data folder ${file} is a file: move it away`)
  await expect(ensureDataDir(join(file, 'data'))).rejects.toThrow(/lies below a file: set DATA_DIR to a folder/)
  expect((await stat(file)).isFile()).toBe(true)
})

test.skipIf(process.getuid?.() === 0)('a data folder that may not be written is told in a sentence', async () => {
  const folder = join(await aFolder(), 'locked')
  await mkdir(folder)
  await chmod(folder, 0o500)
  await expect(ensureDataDir(folder)).rejects.toThrow(/may not be written by this user/)
})
