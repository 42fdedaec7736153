import { z } from 'zod'
import { sceneEntrySchema, sceneFaultSchema } from '../../core/command/catalog.ts'
import { addressSchema } from '../../core/message/address.ts'
import { chatActionSchema } from '../../core/message/chat-action.ts'
import { messageSchema } from '../../core/message/message.ts'
import { mediaSchema, partSchema } from '../../core/message/part.ts'
import { llmMessageSchema } from '../../core/model/llm.ts'
import { routeSchema } from '../../core/task/task.ts'
import { waitOrderSchema, waitSchema } from '../../core/task/wait.ts'
import { langSchema } from '../../core/text/lang.ts'
import type { Sources } from '../../scenes/sources.ts'

/*
 * What the engine and a host say to each other. A host is a thread or a child process that has loaded the scene files
 * and runs one command at a time; all that a command wants from outside comes over these messages, so a host can be
 * killed at any moment.
 */

/**
 * What a command wants with files. Their contents lie in the attempt's scratch folder, which engine and host both see.
 */
const fileOrderSchema = z.discriminatedUnion('kind', [
  /** Answered with the folder's `path`. */
  z.object({ kind: z.literal('scratch') }),
  /** Answered with the `parts` that the message brings, quotes, or that were sent before it. */
  z.object({ kind: z.literal('sent') }),
  /** Answered with where it is `saved`, or with the `sentence` why it is not. */
  z.object({ kind: z.literal('save'), media: mediaSchema, name: z.string().optional(), type: z.string().optional() }),
  /** Answered with how it is `kept`, or with the `sentence` why it is not. */
  z.object({ kind: z.literal('keep'), path: z.string(), name: z.string(), type: z.string() }),
])
export type FileOrder = z.infer<typeof fileOrderSchema>

/** The engine to a host. */
export const toHostSchema = z.discriminatedUnion('kind', [
  /** Once, first: the scene files and their settings, and whether the triggers are asked for, too. */
  z.object({ kind: z.literal('load'), sources: z.custom<Sources>(), triggers: z.boolean() }),
  z.object({
    kind: z.literal('run'),
    runId: z.string(),
    route: routeSchema,
    message: messageSchema,
    lang: langSchema,
    attempt: z.number(),
    /** It was never begun before, so no step of it is kept. */
    isFresh: z.boolean().optional(),
    taskNumber: z.number(),
    /**
     * It is called only to be taken back: what it registered and is to call, in the order in which it was registered.
     */
    undoes: z.array(z.string()).optional(),
    /** The version of its scene that is meant. */
    version: z.string().optional(),
    /** Only this item of an `all` is wanted of the command. */
    piece: z.object({ name: z.string(), index: z.number(), item: z.unknown() }).optional(),
    /** As if `park` followed at once. */
    parks: z.boolean().optional(),
    memoryMb: z.number().optional(),
  }),
  z.object({ kind: z.literal('abort'), runId: z.string(), why: z.string() }),
  /** The process stops: no further step begins, and the run ends as parked. */
  z.object({ kind: z.literal('park'), runId: z.string() }),
  /** The answer to a `call`. */
  z.object({ kind: z.literal('answer'), callId: z.number(), value: z.unknown() }),
  z.object({ kind: z.literal('fault'), callId: z.number(), message: z.string() }),
])
export type ToHost = z.infer<typeof toHostSchema>

/** A host to the engine. */
export const fromHostSchema = z.discriminatedUnion('kind', [
  /** Before each scene file: the last one named is to blame when the host dies or hangs before it is ready. */
  z.object({ kind: z.literal('loading'), file: z.string() }),
  /** Once, when the scene files are loaded. */
  z.object({
    kind: z.literal('ready'),
    scenes: z.array(sceneEntrySchema),
    faults: z.array(sceneFaultSchema),
    /** What triggers are made of, beside the scene files. */
    watched: z.array(z.string()),
    /** What each scene file is made of, by the file as it is shown. */
    modules: z.record(z.string(), z.array(z.string())),
  }),
  /** Something nobody waited for has thrown: the command has failed, and the host must not be used again. */
  z.object({ kind: z.literal('broken'), message: z.string(), stack: z.string().optional() }),
  /**
   * The same, of a run that has ended, or of a scene file: the running command goes on, and no other is to begin
   * here.
   */
  z.object({
    kind: z.literal('late'),
    runId: z.string().optional(),
    message: z.string(),
    stack: z.string().optional(),
  }),
  /** Wants an answer. */
  z.object({
    kind: z.literal('call'),
    callId: z.number(),
    runId: z.string(),
    /** A child task asks for what its parent has kept. */
    ofParent: z.boolean().optional(),
    call: z.discriminatedUnion('method', [
      z.object({
        method: z.literal('say'),
        name: z.string(),
        parts: z.array(partSchema),
        to: addressSchema.optional(),
      }),
      /** Answered with `{ text }`, or with the `sentence` why there is none. */
      z.object({ method: z.literal('ask'), messages: z.array(llmMessageSchema).min(1) }),
      /**
       * `mayWait`: it may give its slot up for the tools that the model calls; not inside a step, whose work is done in
       * one go.
       */
      z.object({ method: z.literal('converse'), text: z.string(), mayWait: z.boolean() }),
      /** Answered with nothing, or with the `sentence` why it was not done. */
      z.object({ method: z.literal('act'), action: chatActionSchema }),
      z.object({ method: z.literal('file'), order: fileOrderSchema }),
      /**
       * Answered with the `value` it came to, or with what it `waits` for: then nothing more is answered, and the host
       * ends the run so.
       */
      z.object({
        method: z.literal('wait'),
        /** Answered with nothing, and nothing begun, when it has not come to an end. */
        onlyKept: z.boolean().optional(),
        order: waitOrderSchema,
      }),
      /** Answered with how all `ends` are, what it `waits` for, or `tooLargeBytes`. */
      z.object({
        method: z.literal('all'),
        /** Answered with nothing, and nothing begun, when it has not come to an end. */
        onlyKept: z.boolean().optional(),
        order: z.object({
          name: z.string(),
          items: z.array(z.unknown()),
          atOnce: z.number().int().positive(),
          attempts: z.number().int().positive().optional(),
        }),
      }),
      /** Answered with 0, which starts the time, or with how many ms are left of it. */
      z.object({ method: z.literal('coolDown'), name: z.string(), forMs: z.number() }),
      z.object({ method: z.literal('onCancel'), name: z.string(), timeoutMs: z.number() }),
      z.object({ method: z.literal('tookBack'), name: z.string(), ms: z.number(), error: z.string().optional() }),
      /**
       * Answered with the `steps` that are kept, and whether that `isAll`: where it is not, the others are asked for by
       * name.
       */
      z.object({ method: z.literal('keptSteps') }),
      /** Answered with the `value` that is kept, or nothing. */
      z.object({ method: z.literal('findStep'), name: z.string() }),
      z.object({ method: z.literal('saveStep'), name: z.string(), value: z.unknown(), ms: z.number() }),
    ]),
  }),
  /** What the run has left behind in its host, by name. With anything there, no other run is to begin in it. */
  z.object({ kind: z.literal('settled'), runId: z.string(), left: z.array(z.string()) }),
  /** Wants none. */
  z.object({ kind: z.literal('progress'), runId: z.string(), percent: z.number(), text: z.string().optional() }),
  z.object({ kind: z.literal('log'), runId: z.string(), text: z.string() }),
  /** The command has ended; `parts` is what it returned. `settles`: something of it goes on, and `settled` follows. */
  z.object({
    kind: z.literal('end'),
    runId: z.string(),
    settles: z.boolean().optional(),
    end: z.discriminatedUnion('state', [
      /** `asked`: the steps it came by; not in a first attempt. */
      z.object({ state: z.literal('done'), parts: z.array(partSchema), asked: z.array(z.string()).optional() }),
      /** What the one item that was wanted has come to. */
      z.object({ state: z.literal('piece'), value: z.unknown(), asked: z.array(z.string()).optional() }),
      /**
       * The words do not fit the command's schema, or the command said no: a sentence for the person, and why for
       * operators.
       */
      z.object({ state: z.literal('refused'), why: z.string(), reason: z.string().optional() }),
      /** It can go no further before one of these ends. */
      z.object({ state: z.literal('waits'), waits: z.array(waitSchema).min(1) }),
      /** The host has another version of the scene than was meant. */
      z.object({ state: z.literal('stale') }),
      /** It has stopped before a step, for the process stops. */
      z.object({ state: z.literal('parked') }),
      /** It was not for the command after all. */
      z.object({ state: z.literal('ignored'), why: z.string() }),
      z.object({
        state: z.literal('failed'),
        message: z.string(),
        stack: z.string().optional(),
        retry: z.enum(['never', 'later']),
      }),
    ]),
  }),
])
export type FromHost = z.infer<typeof fromHostSchema>
export type HostCall = Extract<FromHost, { kind: 'call' }>['call']
/** How a command came to its end. */
export type End = Extract<FromHost, { kind: 'end' }>['end']
