import { globSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Arrows, betweenRooms, circlesIn } from './house/circles.ts'
import { namesOfPlatforms, platformsNamedIn } from './house/platforms.ts'
import { exceptions } from './house/rooms.ts'
import { breachesOf } from './house/rules.ts'
import { importsOf, readTokens } from './house/tokens.ts'

const root = new URL('../', import.meta.url)
const read = (file: string) => readFileSync(new URL(file, root), 'utf8')
const { imports } = JSON.parse(read('package.json'))

const files = globSync('{src,queues,workers,config,scenes}/**/*.*', {
  cwd: root.pathname,
  exclude: ['src/dashboard/web/dist/**', 'config/*.yaml'],
}).map((file) => file.replaceAll('\\', '/'))

describe('the house', () => {
  const breaches = files.flatMap((file) => breachesOf(file, read(file), imports))
  const isExcepted = (breach: { file: string; breaks: string }) =>
    exceptions.some(({ file, breaks }) => file === breach.file && breaks === breach.breaks)

  test('every file keeps to its room and to the rules', () => {
    const told = breaches
      .filter((breach) => !isExcepted(breach))
      .map(({ file, line, breaks }) => `${file}:${line} ${breaks}`)
    expect(told.toSorted()).toEqual([])
  })

  test('nothing leads back to itself: no file, no room, no room of a room; types count', () => {
    const arrows = arrowsBetween(files)
    expect(circlesIn(arrows)).toEqual([])
    expect(circlesIn(betweenRooms(arrows, topRoomOf))).toEqual([])
    for (const house of ['src/core', 'src/engine'])
      expect(circlesIn(betweenRooms(arrows, (file) => roomIn(house, file)))).toEqual([])
  })

  test('a platform is named in its folder, its simulator and the tables, and nowhere else', () => {
    const named = files.filter((file) => /\.tsx?$/.test(file)).flatMap((file) => platformsNamedIn(file, read(file)))
    const mayName = (file: string) => namesOfPlatforms.some((exception) => exception.file === file)
    expect(named.filter(({ file }) => !mayName(file)).map(({ file, line, text }) => `${file}:${line} ${text}`)).toEqual(
      [],
    )
    expect(namesOfPlatforms.filter(({ file }) => !named.some((line) => line.file === file))).toEqual([])
  })

  test('reading the settings loads no code of a platform but its settings', () => {
    expect(packagesOf('config/read.ts')).toEqual(['croner', 're2js', 'yaml', 'zod'])
    // Opening an account does: what is looked for would be found.
    expect(packagesOf('src/channels/onebot/index.ts')).toContain('ws')
  })

  test('no exception is left that nobody needs', () => {
    const idle = exceptions.filter(
      ({ file, breaks }) => !breaches.some((breach) => breach.file === file && breach.breaks === breaks),
    )
    expect(idle).toEqual([])
  })
})

function targetOf(file: string, from: string): string {
  return from.startsWith('.') ? posix.join(posix.dirname(file), from) : posix.normalize(imports[from] ?? '')
}

/** The packages that are loaded with a file, by whatever it imports at once. */
function packagesOf(start: string): string[] {
  const found = new Set<string>()
  const seen = new Set<string>()
  const follow = (file: string): void => {
    if (seen.has(file)) return
    seen.add(file)
    for (const { from, isType, isLate } of importsOf(readTokens(read(file)))) {
      if (isType || isLate || from.startsWith('node:')) continue
      if (from.startsWith('.') || imports[from] !== undefined) follow(targetOf(file, from))
      else found.add(from)
    }
  }
  follow(start)
  return [...found].toSorted()
}

/** Each file with those of the project that it imports. */
function arrowsBetween(all: readonly string[]): Arrows {
  const known = new Set(all)
  return new Map(
    all.map((file) => {
      const found = /\.tsx?$/.test(file) ? importsOf(readTokens(read(file))) : []
      return [file, new Set(found.map(({ from }) => targetOf(file, from)).filter((target) => known.has(target)))]
    }),
  )
}

const programs = new Set(['src/main.ts', 'workers/main.ts'])
/** Programs are rooms of their own; `scenes/` and the shipped scenes are what is built on the rest. */
function topRoomOf(file: string): string {
  if (programs.has(file)) return file
  const [top = '', room = ''] = file.split('/')
  return top === 'src' ? `${top}/${room}` : top
}

function roomIn(house: string, file: string): string | undefined {
  return file.startsWith(`${house}/`) ? file.slice(house.length + 1).split('/', 1)[0] : undefined
}

describe('the rules', () => {
  const told = (file: string, source: string) =>
    breachesOf(file, source, imports).map(({ line, breaks }) => `${line} ${breaks}`)

  test('an import across rooms is found, types too', () => {
    expect(told('src/core/a.ts', "import type { Store } from '../store/store.ts'\n")).toEqual([
      '1 imports types of ../store/store.ts',
    ])
    expect(told('src/ingress/a.ts', "import { run } from '../engine/attempt/run-task.ts'\n")).toEqual([
      '1 imports ../engine/attempt/run-task.ts',
    ])
    expect(told('queues/a.ts', "export * from '../src/store/store.ts'\n")).toEqual(['1 imports ../src/store/store.ts'])
    expect(
      told('src/engine/llm/a.ts', "const a: import('bullmq').Job = await import('../../channels/channel.ts')\n"),
    ).toEqual(['1 imports bullmq', '1 imports ../../channels/channel.ts'])
  })

  test('one platform does not import another; the surfaces of WeCom share a folder', () => {
    expect(
      told('src/channels/telegram/send.ts', "import { a } from '../wecom/crypto.ts'\nimport { b } from './api.ts'\n"),
    ).toEqual(['1 imports ../wecom/crypto.ts'])
    expect(
      told('src/channels/wecom-app/send.ts', "import { a } from '../wecom/crypto.ts'\nimport './types.ts'\n"),
    ).toEqual([])
    expect(told('src/channels/wecom-app/send.ts', "import { a } from '../wecom-robot/send.ts'\n")).toHaveLength(1)
  })

  test('a scene of a user has its contract by name', () => {
    expect(
      told('scenes/my_report.ts', "import { defineScene } from '#scene'\nexport default defineScene({})\n"),
    ).toEqual([])
    expect(told('scenes/report.ts', "import { grants } from '../src/core/grant.ts'\n")).toHaveLength(1)
  })

  test('the browser has the shapes of the API as types only', () => {
    expect(told('src/dashboard/web/a.tsx', "import type { Run } from '../api/shapes.ts'\n")).toEqual([])
    expect(told('src/dashboard/web/a.tsx', "import { runSchema } from '../api/shapes.ts'\n")).toHaveLength(1)
    expect(told('src/dashboard/web/a.tsx', "import { join } from 'node:path'\n")).toHaveLength(1)
  })

  test('what the house forbids in a file is found with its line', () => {
    const source =
      'export default 1\nenum A { b }\nnamespace C {}\nconsole.log(process.env)\nconst d = 1\nexport { d as default }\n'
    expect(told('src/core/Some_File.ts', source).toSorted()).toEqual([
      '1 has a default export',
      '1 is not named in kebab-case',
      '2 has an enum',
      '3 has a namespace',
      '4 reads process.env',
      '4 writes to the console',
      '6 has a default export',
    ])
    expect(told('src/core/long.ts', 'let a = 1\n'.repeat(301))).toEqual(['301 is longer than 300 lines'])
  })

  test('circles are found, between files and between rooms', () => {
    const arrows = new Map([
      ['a/one.ts', new Set(['b/two.ts'])],
      ['b/two.ts', new Set(['b/three.ts'])],
      ['b/three.ts', new Set(['b/two.ts'])],
      ['b/four.ts', new Set(['a/five.ts'])],
      ['a/five.ts', new Set<string>()],
    ])
    expect(circlesIn(arrows)).toEqual([['b/three.ts', 'b/two.ts']])
    expect(circlesIn(betweenRooms(arrows, (file) => file.slice(0, 1)))).toEqual([['a', 'b']])
  })

  test('what only looks like code is not code', () => {
    const source = [
      "// import { a } from 'bullmq'",
      "/* console.log('enum A {') */",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the tokens of a template are what is tested
      "const a = `import { b } from 'bullmq' ${`console.log(${1})`} process.env`",
      "const b = /console.log(['\"`])/.test('export default') // it's",
      "const c = 4 / 2 / 1, d = { from: 'bullmq', import: 'ioredis' }",
      "export const e = 'from', f = { from: 'x' }",
      "export type G = 'from'",
      "log.console.log('x')",
    ].join('\n')
    expect(told('src/core/a.ts', source)).toEqual([])
  })

  test('a platform that code names is found: in a name, a text, a template; not in a comment', () => {
    const named = (file: string, source: string) => platformsNamedIn(file, source).map(({ line }) => line)
    const source = [
      '// wecom-app',
      "if (platform === 'onebot') b()",
      "const c = startWecomSimulator({ label: '企业微信' })",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the tokens of a template are what is tested
      'const d = `${url}/in/wecom`',
      'const qqNumber = 1, qqs = 2',
    ].join('\n')
    expect(named('src/app/a.ts', source)).toEqual([2, 3, 3, 4, 5])
    expect(named('src/channels/onebot/a.ts', source)).toEqual([])
    expect(named('src/channels/platforms.ts', source)).toEqual([])
  })

  test('imports are read over several lines and after all that hides them', () => {
    const source = [
      "const text = <p>Don't `worry`</p>",
      'import {',
      '  a,',
      '  type B,',
      "} from './one.ts'",
      "import c, * as d from './two.ts'",
      "import './three.css'",
      "export { e as f } from './four.ts'",
      "export type * from './five.ts'",
      "import type { G } from './six.ts'",
      "const h = await import('./seven.ts')",
      "import i from './eight.json' with { type: 'json' }",
    ].join('\n')
    expect(importsOf(readTokens(source)).map(({ from, isType, line }) => [line, from, isType])).toEqual([
      [2, './one.ts', false],
      [6, './two.ts', false],
      [7, './three.css', false],
      [8, './four.ts', false],
      [9, './five.ts', true],
      [10, './six.ts', true],
      [11, './seven.ts', false],
      [12, './eight.json', false],
    ])
  })
})
