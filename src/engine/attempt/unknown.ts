import type { Catalog } from '../../core/command/catalog.ts'
import { suggest } from '../../core/command/command.ts'
import { textIn } from '../../core/message/part.ts'
import { fileIn } from '../../core/message/sent-file.ts'
import type { Run } from '../../core/task/run.ts'
import { inLang, type Lang } from '../../core/text/lang.ts'
import type { Access } from '../people/access.ts'
import type { AnsweringPorts } from '../waiting/chat-questions.ts'
import { asAnswer } from './as-answer.ts'
import { type Attempt, refuse } from './attempt.ts'
import { sentences } from './sentences.ts'

export interface UnknownPorts extends AnsweringPorts {
  access: Pick<Access, 'mayUse'>
  catalog(): Catalog
}

/**
 * A message that names no command: an answer to what a task asks, a hint for who mistyped, nothing for what nobody
 * wrote.
 */
export async function answerUnknown(run: Run, lang: Lang, engine: UnknownPorts): Promise<Attempt> {
  const { message } = run.task
  const event = message.parts.find((part) => part.kind === 'event')
  if (event !== undefined && message.text.trim() === '') {
    return { state: 'ignored', why: `nothing is bound to the event ${event.name}` }
  }
  const text = message.text.trim()
  if (fileIn(message) !== undefined && text === '') {
    return { state: 'refused', why: 'a file without a command', say: textIn(lang, sentences.fileAlone) }
  }
  if (text === '') {
    const kinds = message.parts.map((part) => part.kind).join(', ')
    return {
      state: 'refused',
      why: `no command takes a bare ${kinds}`,
      say: [
        {
          kind: 'text',
          text: inLang(lang, {
            zh: '已收到，但没有命令处理它。发送 help 查看能做什么。',
            en: 'Received, but no command takes it. Send "help" to see what there is.',
          }),
        },
      ],
    }
  }
  const answer = await asAnswer(run, engine)
  if (answer !== undefined) {
    const { number, refusal } = answer
    return refusal === undefined ? { state: 'done' } : refuse(`no answer to #${number}`, refusal, lang)
  }
  const usable = new Set<string>()
  const catalog = engine.catalog()
  for (const scene of catalog.scenes) {
    for (const command of scene.commands) {
      if (await engine.access.mayUse(message, scene.name, command.name)) usable.add(`${scene.name} ${command.name}`)
    }
  }
  const suggestions = suggest(text, catalog, (scene, command) => scene === '' || usable.has(`${scene} ${command}`))
  const firstLine = text.split('\n', 1)[0] ?? ''
  const shown = firstLine.length > 40 ? `${firstLine.slice(0, 40)}…` : firstLine
  return { state: 'refused', why: 'unknown command', say: textIn(lang, sentences.unknown(shown, suggestions)) }
}
