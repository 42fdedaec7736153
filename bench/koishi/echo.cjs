const { Server } = require('@koishijs/plugin-server')
const { Context, HTTP } = require('koishi')
const { OneBotBot } = require('koishi-plugin-adapter-onebot')

/* Koishi 4 with everything in memory, reached by reverse WebSocket. Its ES modules do not load on Node 24, so this is CommonJS. */
const { selfId, echo } = JSON.parse(process.argv[2])
// Its parent holds the other end: however that one ends, this process does not stay behind.
process.stdin.resume().once('end', () => process.exit(0))

const app = new Context()
app.plugin(HTTP)
app.plugin(Server, { host: '127.0.0.1', port: 5140, maxPort: 5999 })
app.plugin(OneBotBot, { selfId, protocol: 'ws-reverse', path: '/onebot' })

const said = 'demo echo '
if (echo === 'middleware') {
  app.middleware(({ content }, next) => (content.startsWith(said) ? content.slice(said.length) : next()))
} else {
  app.command('demo.echo <text:text>').action((_, text) => text)
}

void app.start().then(() => {
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${app.server.port}/onebot` })}\n`)
})
