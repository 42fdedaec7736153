import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { variableNames } from '../config/environment.ts'

const root = new URL('../', import.meta.url)
const read = (file: string) => readFileSync(new URL(file, root), 'utf8')
const isThere = (file: string) => existsSync(new URL(file, root))

const service = z.object({
  image: z.string().optional(),
  build: z.object({ context: z.string(), dockerfile: z.string() }).optional(),
  restart: z.string(),
  environment: z.record(z.string(), z.string()),
  volumes: z.array(z.string()),
  command: z.array(z.string()).optional(),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).optional(),
})
const compose = z
  .object({ services: z.object({ huitou: service, redis: service }), volumes: z.record(z.string(), z.null()) })
  .parse(parse(read('docker/compose.yaml')))

const instructions = read('docker/Dockerfile')
  .replaceAll('\\\n', ' ')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => ({ word: line.split(' ', 1)[0] ?? '', rest: line.slice(line.indexOf(' ') + 1).trim() }))
const all = (word: string) => instructions.filter((instruction) => instruction.word === word).map(({ rest }) => rest)
const documented = [...read('docker/.env.example').matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name ?? '')

test('what the image copies is there, and nothing else of the project gets in', () => {
  const sources = all('COPY')
    .filter((rest) => !rest.startsWith('--from='))
    .flatMap((rest) => rest.split(' ').slice(0, -1))
  expect(sources).toEqual(['package.json', 'package-lock.json', '.npmrc', '.'])

  const rules = read('.dockerignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  expect(rules[0]).toBe('*')
  const letIn = rules.filter((rule) => rule.startsWith('!')).map((rule) => rule.slice(1))
  // A clone without scenes of its own has no such folder.
  expect(letIn.filter((file) => !isThere(file) && file !== 'scenes')).toEqual([])
  expect(letIn).not.toContain('.env')
})

test('the image starts what `npm start` starts, and not as root', () => {
  const { scripts } = JSON.parse(read('package.json'))
  const [command = ''] = all('CMD')
  // In a shell of npm's the program takes its place.
  expect(`exec ${JSON.parse(command).join(' ')}`).toBe(scripts.start)
  expect(all('USER')).toEqual(['node'])
  expect(instructions.findIndex(({ word }) => word === 'USER')).toBeLessThan(
    instructions.findIndex(({ word }) => word === 'CMD'),
  )
  expect(all('FROM').every((from) => from.startsWith('node:24-slim'))).toBe(true)
})

test('the health check passes when /healthz does, and only then', async () => {
  const [, , script = ''] = JSON.parse((all('HEALTHCHECK')[0] ?? '').replace(/^.*?CMD /, ''))
  let status = 200
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.writeHead(status).end()
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  onTestFinished(() => void server.close())
  // The address of a server that listens on a port is never a text.
  const { port } = server.address() as AddressInfo
  const check = (to: number) =>
    new Promise((resolve) => spawn(process.execPath, ['-e', script], { env: { PORT: `${to}` } }).once('exit', resolve))

  expect(await check(port)).toBe(0)
  status = 503
  expect(await check(port)).toBe(1)
  expect(asked).toEqual(['/healthz', '/healthz'])
  expect(await check(1)).toBe(1)
})

test('the compose file builds the image and waits for a Redis that answers', () => {
  const { huitou, redis } = compose.services
  expect(huitou.build).toEqual({ context: '..', dockerfile: 'docker/Dockerfile' })
  expect(huitou.depends_on).toEqual({ redis: { condition: 'service_healthy' } })
  expect(redis.healthcheck?.test.join(' ')).toContain('redis-cli ping')
  expect(redis.image).toBe('redis:7')
  expect([huitou.restart, redis.restart]).toEqual(['unless-stopped', 'unless-stopped'])
})

test('what is mounted is there or is a volume', () => {
  const sources = [...compose.services.huitou.volumes, ...compose.services.redis.volumes].map(
    (mount) => mount.split(':')[0] ?? '',
  )
  const files = sources.filter((source) => source.startsWith('.') && source !== '../scenes')
  expect(files.filter((source) => !isThere(join('docker', source)))).toEqual([])
  expect(sources.filter((source) => !source.startsWith('.')).toSorted()).toEqual(
    Object.keys(compose.volumes).toSorted(),
  )
})

test('every variable of the compose file is in .env.example, and all in there are read by something', () => {
  const used = [...read('docker/compose.yaml').matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name ?? '')
  expect(used.filter((name) => !documented.includes(name))).toEqual([])
  expect(documented.filter((name) => !variableNames.includes(name) && !used.includes(name))).toEqual([])
  const own = Object.keys(compose.services.huitou.environment)
  expect(own.filter((name) => !variableNames.includes(name))).toEqual([])
})

const hasRedis = spawnSync('redis-server', ['--version']).status === 0

test.skipIf(!hasRedis)('a real Redis takes the settings, with the password', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'huitou-redis-'))
  const socket = join(folder, 'socket')
  const config = new URL('docker/redis.conf', root).pathname
  const rest = ['--port', '0', '--unixsocket', socket, '--dir', folder]
  const [, , ...given] = compose.services.redis.command ?? []
  expect(given[0]).toBe('--requirepass')
  const server = spawn('redis-server', [config, '--requirepass', 'secret', ...rest])
  const ended = new Promise((resolve) => server.once('exit', resolve))
  onTestFinished(async () => {
    server.kill()
    await ended
    rmSync(folder, { recursive: true })
  })
  const lines: string[] = []
  for await (const line of createInterface(server.stdout)) {
    lines.push(line)
    if (line.includes('Ready to accept') || line.includes('ready to accept')) break
  }
  expect(lines.at(-1)).toMatch(/ready to accept/i)

  const settings = ['appendonly', 'appendfsync', 'maxmemory-policy', 'save']
  const commands = ['PING', 'AUTH secret', ...settings.map((name) => `CONFIG GET ${name}`), 'QUIT']
  const connection = createConnection(socket)
  connection.write(commands.map((command) => `${command}\r\n`).join(''))
  const answer = (await connection.toArray()).join('')
  expect(answer).toMatch(/^-NOAUTH/)
  expect(answer).toContain('appendonly\r\n$3\r\nyes')
  expect(answer).toContain('appendfsync\r\n$8\r\neverysec')
  expect(answer).toContain('maxmemory-policy\r\n$10\r\nnoeviction')
  expect(answer).toContain('save\r\n$0\r\n')
})
