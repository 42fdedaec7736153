import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { watchCatalog } from '../../src/engine/host/catalog.ts'
import { readSources } from '../../src/scenes/sources.ts'
import { aScene, aSceneFolder, silent } from '../engine/scene-folder.ts'

test('scenes behind a linked folder or file are scenes, and a link that leads back is passed over', async () => {
  const elsewhere = await aSceneFolder({
    'team/shared.ts': aScene('shared', { hi: '() => word' }, "import { word } from './word.ts'"),
  })
  await elsewhere.write('team/word.ts', "export const word = 'hi'")
  await elsewhere.write('single.ts', aScene('single', { hi: "() => 'hi'" }))
  const folder = await aSceneFolder({ 'own.ts': aScene('own', { hi: "() => 'hi'" }) })
  await symlink(join(elsewhere.path, 'team'), join(folder.path, 'team'))
  await symlink(join(elsewhere.path, 'single.ts'), join(folder.path, 'single.ts'))
  await symlink('.', join(folder.path, 'itself'))
  await symlink(join(folder.path, 'nowhere'), join(folder.path, 'lost'))
  expect(readSources([folder.path]).files.map(({ path }) => path.slice(folder.path.length + 1))).toEqual([
    'own.ts',
    'single.ts',
    'team/shared.ts',
    'team/word.ts',
  ])
  const watched = await watchCatalog({ sceneDirs: [folder.path], log: silent, onChange: () => undefined })
  const { scenes, faults } = watched.catalog()
  await watched.close()
  expect(faults).toEqual([])
  expect(scenes.map(({ name }) => name).toSorted()).toEqual(['own', 'shared', 'single'])
})
