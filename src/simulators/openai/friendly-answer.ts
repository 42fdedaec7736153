import type { ChatRequest } from './simulator.ts'

const quotedChars = 80

/**
 * What a model might say that is none: it quotes the question, counts it, and tells what it is. Chinese for Chinese.
 */
export function friendlyAnswer({ messages }: ChatRequest): string {
  const questions = messages.filter(({ role }) => role === 'user').map(({ content }) => content.trim())
  const question = shortened(questions.at(-1) ?? '')
  const before = questions.length > 1 ? shortened(questions.at(-2) ?? '') : undefined
  return /\p{Script=Han}/u.test(question) ? inChinese(question, before) : inEnglish(question, before)
}

function inChinese(question: string, before: string | undefined): string {
  return [
    `你问的是：“${question}”`,
    before === undefined ? '好问题，让我慢慢说。' : `我还记得你刚才问过“${before}”，接着说。`,
    '不过要先说实话：我是演示里的模拟模型，不会真的思考。你看到的是一次真实的往返：消息先存下，再应答平台，然后在工作进程里一个字一个字地等我说完，最后回到你提问的地方。',
    '设置 OPENAI_API_KEY 之后，这里就是真正的大模型在回答。',
  ].join('\n\n')
}

function inEnglish(question: string, before: string | undefined): string {
  return [
    `You asked: “${question}”`,
    before === undefined
      ? 'A good question. Let me take my time.'
      : `I remember that you asked “${before}” before. Let me go on.`,
    'To be honest, I am the simulated model of the demo and do not think. What you see is a true round trip: your message was stored, then acknowledged, a worker waited for me word by word, and the answer came back to where you asked.',
    'With OPENAI_API_KEY set, a real model answers here.',
  ].join('\n\n')
}

function shortened(text: string): string {
  const letters = [...text]
  return letters.length > quotedChars ? `${letters.slice(0, quotedChars).join('')}…` : text
}
