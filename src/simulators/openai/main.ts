import { parseArgs } from 'node:util'
import { endWhenTold } from '../end-when-told.ts'
import { serveOpenaiControl } from './control.ts'
import { friendlyAnswer } from './friendly-answer.ts'
import { startOpenaiSimulator } from './index.ts'

/*
 * The simulator as a process: prints one JSON line with the address of the model's API (`baseUrl`, for OPENAI_BASE_URL)
 * and of its control API (`url`) when it is ready, and answers until it is told to stop.
 */
const { values } = parseArgs({
  options: {
    /** Of the control API. */
    port: { type: 'string' },
    /** Of the model's API. */
    'api-port': { type: 'string' },
    'api-key': { type: 'string' },
    /** Before each word. */
    'word-ms': { type: 'string' },
    /** Says back what was asked, and nothing else. */
    echo: { type: 'boolean' },
  },
})

const number = (value: string | undefined): number | undefined => (value === undefined ? undefined : Number(value))

const simulator = await startOpenaiSimulator({
  port: number(values['api-port']),
  apiKey: values['api-key'],
  wordMs: number(values['word-ms']),
  ...(!values.echo && { answer: friendlyAnswer }),
})
const control = await serveOpenaiControl(simulator, number(values.port))

endWhenTold(control, simulator)

process.stdout.write(`${JSON.stringify({ url: control.url, baseUrl: simulator.url })}\n`)
