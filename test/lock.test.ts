import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { faultsOfLock, readLock, withoutEngines } from './house/lock.ts'

const lockOf = (packages: object) => readLock(JSON.stringify({ packages }))

test('the lock installs on every system, from every registry, without a warning', () => {
  const lock = readLock(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'))
  expect(Object.keys(lock.packages).length).toBeGreaterThan(200)
  expect(faultsOfLock(lock)).toEqual([])
})

test('a binary of another system that is missing is found, wherever npm would look for it', () => {
  const entry = { optionalDependencies: { 'for-windows': '1', 'for-linux': '1', 'for-mac': '1' } }
  const lock = lockOf({
    'node_modules/@a/tool': entry,
    'node_modules/b/node_modules/tool': entry,
    'node_modules/for-linux': {},
    'node_modules/@a/tool/node_modules/for-mac': {},
    'node_modules/b/node_modules/for-mac': {},
    'node_modules/b/node_modules/tool/node_modules/for-windows': {},
  })
  expect(faultsOfLock(lock)).toEqual([
    'node_modules/@a/tool may want for-windows, of which nothing is known: npm ci fails where it does',
  ])
})

test('addresses and engines are found, and engines are left out but for the project and what is optional', () => {
  const engines = { node: '>=24' }
  const lock = lockOf({
    '': { engines },
    'node_modules/a': { engines, version: '1.0.0', resolved: 'https://registry.example/a.tgz' },
    'node_modules/b': { engines, optional: true },
    'node_modules/c': { resolved: 'c', link: true },
  })
  expect(faultsOfLock(lock)).toEqual([
    'node_modules/a names the server it came from',
    'node_modules/a names engines: npm warns on a Node that is not one of them',
  ])
  const { '': own, ...others } = withoutEngines(lock).packages
  expect(own?.engines).toEqual(engines)
  expect(others).toMatchObject({ 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { engines } })
  expect(others['node_modules/a']).not.toHaveProperty('engines')
})
