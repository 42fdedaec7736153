/** A room of the house: its files, and what they may import beside one another. A file belongs to the first room that has it. */
export interface Room {
  /** `*` is a name in a folder, `**` everything below, `{word}` a name that `files` and `may` share, `{one,other}` any of these. */
  files: string
  /** Files of the project; `!` before one takes it out again. */
  may?: string[]
  /** Files whose types alone may be imported. */
  mayTypes?: string[]
  packages?: string[]
  /** Packages whose types alone may be imported. */
  typesOf?: string[]
  /** Node's own modules, without `node:`; all when left out. */
  node?: string[]
}

const core = 'src/core/**'
/** What comes from an address that somebody else wrote. */
const web = 'src/web/**'
/** The contracts of the store. */
const stored = 'src/store/*.ts'
const everything = ['src/**', 'queues/**', 'workers/**', 'config/**']

export const rooms: readonly Room[] = [
  { files: core, packages: ['zod', 'croner', 'diff', 're2js'], node: ['crypto', 'util'] },
  { files: web, may: [core] },

  {
    files: 'src/channels/open.ts',
    may: [core, 'src/channels/**', 'src/store/store.ts'],
  },
  // The table of platforms, which the settings are made of.
  {
    files: 'src/channels/platforms.ts',
    may: ['src/channels/platform.ts', 'src/channels/*/platform.ts'],
    packages: ['zod'],
  },
  { files: 'src/channels/*.ts', may: [core, web], packages: ['zod'], typesOf: ['ws'] },
  { files: 'src/channels/wecom/**', may: [core, web, 'src/channels/*.ts'], packages: ['zod', 'fast-xml-parser'] },
  {
    files: 'src/channels/wecom-{surface}/**',
    may: [core, web, 'src/channels/*.ts', 'src/channels/wecom/**'],
    packages: ['zod'],
  },
  { files: 'src/channels/{platform}/**', may: [core, web, 'src/channels/*.ts'], packages: ['zod', 'ws'] },

  { files: 'src/scenes/*.ts', may: [core, web], packages: ['zod'] },
  {
    files: 'src/scenes/public/stats/**',
    may: ['src/scenes/scene.ts'],
    packages: ['@duckdb/node-api', '@resvg/resvg-js', 'echarts', 'saxes', 'yauzl'],
  },
  { files: 'src/scenes/{folder}/**', may: [core, 'src/scenes/scene.ts'], packages: ['zod', 'yaml'] },
  { files: 'scenes/**', may: ['src/scenes/scene.ts'], packages: ['zod'] },

  // Runs in a thread or a process of its own: it shares nothing with the engine but the protocol, which is its own.
  { files: 'src/engine/host/**', may: [core, 'src/scenes/*.ts'], packages: ['zod', 'chokidar'] },
  // The floors of the engine, the lowest first: each may use those before it.
  { files: 'src/engine/people/**', may: [core, stored], packages: ['zod'] },
  { files: 'src/engine/steps/**', may: [core, 'src/scenes/*.ts', stored], packages: ['zod'] },
  { files: 'src/engine/files/**', may: [core, 'src/engine/host/**'], packages: ['zod'] },
  {
    files: 'src/engine/presets/**',
    may: [core, 'src/scenes/*.ts', stored],
    packages: ['zod', 'yaml', 'chokidar'],
  },
  {
    files: 'src/engine/schedules/**',
    may: [core, stored, 'src/engine/people/**'],
    packages: ['zod'],
  },
  { files: 'src/engine/waiting/**', may: [core, stored], packages: ['zod'] },
  { files: 'src/engine/fan-out/**', may: [core, stored], packages: ['zod'] },
  { files: 'src/engine/compensation/**', may: [core, stored, 'src/engine/people/**'], packages: ['zod'] },
  {
    files: 'src/engine/llm/tools/mcp/**',
    may: [core, 'src/engine/{llm,people,presets,waiting}/**', stored],
    packages: ['zod', '@modelcontextprotocol/sdk'],
  },
  {
    files: 'src/engine/llm/**',
    may: [core, 'src/engine/{people,presets,waiting}/**', stored],
    packages: ['zod', 'openai'],
  },
  {
    files: 'src/engine/control/**',
    may: [core, stored, 'src/engine/{people,fan-out,compensation,waiting,llm}/**'],
    packages: ['zod'],
  },
  {
    files: 'src/engine/builtins/**',
    may: [core, stored, 'src/scenes/*.ts', 'src/engine/{people,presets,schedules,waiting,llm,control}/**'],
    packages: ['zod'],
  },
  {
    files: 'src/engine/attempt/**',
    may: [core, stored, 'src/scenes/*.ts', 'src/engine/**'],
    packages: ['zod'],
  },

  { files: 'src/store/*.ts', may: [core], packages: ['zod'] },
  { files: 'src/store/{kind}/**', may: [core, 'src/store/*.ts'], packages: ['zod', 'ioredis', '@electric-sql/pglite'] },

  {
    files: 'src/ingress/**',
    may: [core, 'src/channels/channel.ts', 'src/store/store.ts'],
    packages: ['zod', 'express', 'ws', 'helmet', 'prom-client'],
  },
  {
    files: 'src/outbox/**',
    may: [core, 'src/channels/channel.ts', 'src/store/store.ts', 'queues/**'],
    packages: ['zod'],
  },

  {
    files: 'src/simulators/{platform}/**',
    may: [core, 'src/simulators/*.ts'],
    packages: ['zod', 'ws', 'fast-xml-parser'],
  },
  { files: 'src/simulators/stage.ts', may: ['src/simulators/played.ts', 'src/simulators/*/demo.ts'] },
  { files: 'src/simulators/*.ts', may: [core], packages: ['zod', 'ws'] },

  { files: 'src/dashboard/web/vite.config.ts', packages: ['vite', '@vitejs/plugin-react'] },
  {
    files: 'src/dashboard/web/**',
    // The shapes are made of core's words, so those may be named too.
    mayTypes: ['src/dashboard/api/shapes.ts', 'src/dashboard/api/console/shapes.ts', core],
    packages: [
      'react',
      'react-dom',
      '@mantine/core',
      '@mantine/hooks',
      '@mantine/notifications',
      '@tabler/icons-react',
      '@tanstack/react-query',
      'markdown-it',
    ],
    typesOf: ['zod'],
    node: [],
  },
  {
    files: 'src/dashboard/api/**',
    may: [core, 'src/store/store.ts', 'src/store/fan-outs.ts', 'queues/**'],
    packages: ['zod', 'express', 'ws'],
  },
  { files: 'src/dashboard/*.ts', packages: ['express', 'helmet'] },

  { files: 'src/deploy/**', may: [core, web, 'config/**'], packages: ['zod'] },

  { files: 'queues/**', may: [core], packages: ['zod', 'bullmq', 'ioredis'] },
  // A process of the workers is put together as every process is.
  { files: 'workers/main.ts', may: ['src/app/**', 'config/**'], packages: [] },
  {
    files: 'workers/**',
    may: [core, 'src/engine/**', 'src/outbox/**', stored, 'queues/**'],
    packages: ['zod', 'bullmq'],
  },
  { files: 'config/**', may: [core, 'src/channels/platforms.ts'], packages: ['zod', 'yaml'] },

  // Puts a process together; the programs stand above it.
  {
    files: 'src/app/**',
    may: ['src/**', '!src/cli/**', '!src/simulators/**', 'queues/**', 'workers/**', '!workers/main.ts', 'config/**'],
    packages: ['zod', 'pino', 'express', 'ioredis', 'bullmq'],
  },
  { files: 'src/main.ts', may: ['src/app/**', 'src/deploy/**', 'config/**'] },
  { files: 'src/cli/**', may: everything, packages: ['zod', 'express', 'ioredis'] },
]

/** The only files that a scene file's default export may stand in. */
export const sceneFiles = ['src/scenes/public/**', 'src/scenes/activities/**', 'scenes/**']

/** What breaks a rule and may, each with its reason. One that is no longer needed fails the test. */
export const exceptions: readonly { file: string; breaks: string; why: string }[] = [
  {
    file: 'src/dashboard/web/vite.config.ts',
    breaks: 'has a default export',
    why: 'Vite reads its settings from there',
  },
  {
    file: 'src/dashboard/web/css.d.ts',
    breaks: 'has a default export',
    why: 'it tells the type of what Vite makes of a style sheet',
  },
  {
    file: 'src/engine/host/inside/leftovers.ts',
    breaks: 'reads process.env',
    why: 'it looks whether a command has changed it, and reads no setting',
  },
]
