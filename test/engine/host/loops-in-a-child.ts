import { argv, stdout } from 'node:process'
import { openSlots } from '../../../src/engine/host/slots.ts'
import { readSources } from '../../../src/scenes/sources.ts'

/* Runs `try loop` of the folder it is given in a child process, and prints what the command says first: the child's process id. */

const nothing = (): void => undefined
const log = { debug: nothing, info: nothing, warn: nothing, error: nothing }
const sources = readSources([argv[2] ?? ''])
const slots = openSlots({ isolation: 'process', size: 1, sources: () => sources, log })
await slots.run(
  {
    runId: 'r1',
    route: { scene: 'try', command: 'loop', rest: '' },
    message: {
      id: 'm1',
      from: { channel: 'console', chat: 'c', chatKind: 'private' },
      sender: { id: 'ann' },
      text: '',
      parts: [],
      receivedAt: 0,
    },
    lang: 'zh',
    attempt: 1,
    taskNumber: 1,
  },
  { call: async () => undefined, progress: nothing, begun: nothing, log: (text) => void stdout.write(text) },
  new AbortController().signal,
  100,
)
