import { z } from 'zod'
import type { ChatRequest, SaidMessage } from './simulator.ts'

/*
 * What the two APIs are sent, and both as one shape. Whatever is not a part of it here is passed over, as the real one
 * does with most of it.
 */

const picture = z.object({ type: z.literal('image_url'), image_url: z.object({ url: z.string() }) })
const words = z.object({ type: z.literal('text'), text: z.string() })
const toolCall = z.object({
  id: z.string(),
  type: z.literal('function'),
  function: z.object({ name: z.string(), arguments: z.string() }),
})
const chatMessage = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']),
  content: z.union([z.string(), z.array(z.union([words, picture]))]).nullish(),
  tool_calls: z.array(toolCall).optional(),
  tool_call_id: z.string().optional(),
})
const chatTool = z.object({
  type: z.literal('function'),
  function: z.object({
    name: z.string().regex(/^[\w-]{1,64}$/),
    description: z.string().optional(),
    parameters: z.unknown().optional(),
  }),
})
const chatSchema = z.object({
  model: z.string(),
  messages: z.array(chatMessage).min(1),
  stream: z.boolean().default(false),
  temperature: z.number().optional(),
  stream_options: z.object({ include_usage: z.boolean().optional() }).optional(),
  tools: z.array(chatTool).default([]),
})

const inputPart = z.union([
  z.object({ type: z.enum(['input_text', 'output_text']), text: z.string() }),
  z.object({ type: z.literal('input_image'), image_url: z.string() }),
])
const inputItem = z.union([
  z.object({ type: z.literal('function_call'), call_id: z.string(), name: z.string(), arguments: z.string() }),
  z.object({ type: z.literal('function_call_output'), call_id: z.string(), output: z.string() }),
  z.object({
    type: z.literal('message').optional(),
    role: z.enum(['system', 'developer', 'user', 'assistant']),
    content: z.union([z.string(), z.array(inputPart)]),
  }),
])
const responsesTool = z.object({
  type: z.literal('function'),
  name: z.string().regex(/^[\w-]{1,64}$/),
  description: z.string().nullish(),
  parameters: z.unknown().optional(),
})
const responsesSchema = z.object({
  model: z.string(),
  input: z.union([z.string(), z.array(inputItem).min(1)]),
  instructions: z.string().nullish(),
  stream: z.boolean().nullish(),
  temperature: z.number().nullish(),
  tools: z.array(responsesTool).default([]),
})

export type Read = { request: ChatRequest; asksUsage: boolean } | { wrong: string }

/** A request of chat completions. A result without its call before it is refused, as the real API refuses it. */
export function readChat(body: unknown): Read {
  const read = chatSchema.safeParse(body)
  if (!read.success) return { wrong: z.prettifyError(read.error) }
  const { model, stream, temperature, tools, stream_options } = read.data
  const messages = read.data.messages.map(({ role, content, tool_calls, tool_call_id }): SaidMessage => {
    const parts = typeof content === 'string' ? [{ type: 'text' as const, text: content }] : (content ?? [])
    const images = parts.flatMap((part) => (part.type === 'image_url' ? [part.image_url.url] : []))
    const calls = tool_calls?.map(({ id, function: { name, arguments: given } }) => ({ id, name, arguments: given }))
    return said(
      role,
      parts.map((part) => (part.type === 'text' ? part.text : '')).join(''),
      images,
      calls,
      tool_call_id,
    )
  })
  const wrong = unpaired(messages)
  if (wrong !== undefined) return { wrong }
  const request: ChatRequest = {
    api: 'chat',
    model,
    messages,
    stream,
    temperature,
    tools: tools.map(({ function: { name, description, parameters } }) => ({ name, description, parameters })),
  }
  return { request, asksUsage: stream_options?.include_usage === true }
}

/** A request of the responses API, which always tells its usage. */
export function readResponses(body: unknown): Read {
  const read = responsesSchema.safeParse(body)
  if (!read.success) return { wrong: z.prettifyError(read.error) }
  const { model, input, instructions, stream, temperature, tools } = read.data
  const items = typeof input === 'string' ? [{ role: 'user' as const, content: input }] : input
  const messages = items.map((item): SaidMessage => {
    if ('output' in item) return said('tool', item.output, [], undefined, item.call_id)
    if ('call_id' in item) {
      return said('assistant', '', [], [{ id: item.call_id, name: item.name, arguments: item.arguments }])
    }
    const parts =
      typeof item.content === 'string' ? [{ type: 'input_text' as const, text: item.content }] : item.content
    const images = parts.flatMap((part) => (part.type === 'input_image' ? [part.image_url] : []))
    return said(item.role, parts.map((part) => (part.type === 'input_image' ? '' : part.text)).join(''), images)
  })
  if (instructions) messages.unshift(said('system', instructions))
  const wrong = unpaired(messages)
  if (wrong !== undefined) return { wrong }
  const offered = tools.map(({ name, description, parameters }) => ({
    name,
    parameters,
    ...(description && { description }),
  }))
  const how = { stream: stream ?? false, temperature: temperature ?? undefined }
  return { request: { api: 'responses', model, messages, ...how, tools: offered }, asksUsage: true }
}

function said(
  role: string,
  content: string,
  images: string[] = [],
  calls?: SaidMessage['calls'],
  callId?: string,
): SaidMessage {
  return {
    role,
    content,
    ...(images.length > 0 && { images }),
    ...(calls !== undefined && { calls }),
    ...(callId !== undefined && { callId }),
  }
}

/** Every call has its result and every result its call, or what is wrong. */
function unpaired(messages: readonly SaidMessage[]): string | undefined {
  const open = new Set<string>()
  for (const { role, calls = [], callId } of messages) {
    if (role === 'tool') {
      if (callId === undefined || !open.delete(callId)) return 'a tool result must follow the call it answers'
    } else if (calls.length === 0 && open.size > 0) return `no result for the tool calls ${[...open].join(', ')}`
    for (const { id } of calls) open.add(id)
  }
  return open.size > 0 ? `no result for the tool calls ${[...open].join(', ')}` : undefined
}
