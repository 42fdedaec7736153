import { readdir, readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { covers } from './coverage.ts'

/** Fonts to draw texts with, and the family they go by. */
export interface Fonts {
  family: string
  files: readonly string[]
}

/** Noto Sans SC, two parts of it; its licence lies beside it. */
const shipped: Fonts = {
  family: 'Noto Sans SC',
  files: ['noto-sans-sc.ttf', 'noto-sans-sc-latin.ttf'].map((file) => join(import.meta.dirname, '../font', file)),
}
const machineFolders = [
  '/usr/share/fonts',
  '/usr/local/share/fonts',
  join(homedir(), '.fonts'),
  '/System/Library/Fonts',
  '/Library/Fonts',
  'C:\\Windows\\Fonts',
]
const chineseFont =
  /(?:noto.*cjk.*regular|notosanssc|sourcehansans|wqy|droidsansfallback|pingfang|msyh|simhei|simsun).*\.(?:ttc|ttf|otf)$/i
const MOST_TRIED = 6

let machine: Promise<string[]> | undefined

/**
 * Fonts that have all letters of a text: ours, with those of this machine where ours lack some. Else the letters that
 * no font has.
 */
export async function fontsFor(text: string): Promise<{ fonts: Fonts } | { missing: string[] }> {
  let missing = await lacking([...new Set(text.replaceAll(/[\s\p{Cf}\p{Mark}]/gu, ''))], shipped.files)
  const files = [...shipped.files]
  if (missing.length > 0) {
    machine ??= chineseFonts()
    for (const file of await machine) {
      const left = await lacking(missing, [file])
      if (left.length === missing.length) continue
      files.push(file)
      missing = left
      if (missing.length === 0) break
    }
  }
  return missing.length === 0 ? { fonts: { ...shipped, files } } : { missing }
}

async function lacking(letters: readonly string[], files: readonly string[]): Promise<string[]> {
  const has = await Promise.all(files.map(async (file) => covers(await readFile(file).catch(() => Buffer.alloc(0)))))
  return letters.filter((letter) => !has.some((covered) => covered(letter.codePointAt(0) ?? 0)))
}

async function chineseFonts(): Promise<string[]> {
  const found = await Promise.all(
    machineFolders.map(async (folder) => {
      const names = await readdir(folder, { recursive: true }).catch(() => [])
      return names.filter((name) => chineseFont.test(name)).map((name) => join(folder, name))
    }),
  )
  return found.flat().toSorted().slice(0, MOST_TRIED)
}
