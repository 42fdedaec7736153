import { RejectedError } from '../../../../core/errors.ts'

/** An event ends at an empty line, whichever line ends the server uses. */
const EVENT_END = /\r\n\r\n|\n\n|\r\r/
const LONGEST_END = 4

/**
 * A `fetch` whose answers hold `limitBytes` at most; of an event stream, which may go on for days, each event. Where
 * there is more the answer breaks off with a RejectedError, and `tooLarge` is told it too: who reads events hears of an
 * error, but not whose question it was.
 */
export function boundedFetch(limitBytes: number, tooLarge: (error: RejectedError) => void): typeof fetch {
  return async (input, init) => {
    const answer = await fetch(input, init)
    if (answer.body === null) return answer
    const isStream = answer.headers.get('content-type')?.startsWith('text/event-stream') === true
    const heldAfter = isStream ? bytesOfEvent() : bytesOfAll()
    const bounded = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        if (heldAfter(chunk) <= limitBytes) return controller.enqueue(chunk)
        const error = new RejectedError(`it sent more than ${Math.floor(limitBytes / 1024 / 1024)} MB at once`)
        tooLarge(error)
        controller.error(error)
      },
    })
    return new Response(answer.body.pipeThrough(bounded), answer)
  }
}

function bytesOfAll(): (chunk: Uint8Array) => number {
  let bytes = 0
  return (chunk) => (bytes += chunk.length)
}

/** Of the event that has begun and not ended. */
function bytesOfEvent(): (chunk: Uint8Array) => number {
  let bytes = 0
  let tail = ''
  return (chunk) => {
    // An end may be cut in two.
    const text = tail + Buffer.from(chunk).toString('latin1')
    const begun = text.split(EVENT_END).slice(1).at(-1)
    bytes = begun?.length ?? bytes + chunk.length
    tail = text.slice(1 - LONGEST_END)
    return bytes
  }
}
