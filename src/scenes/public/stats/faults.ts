import { Failure } from './failure.ts'
import { outside } from './select-only.ts'

/** DuckDB's error as its asker reads it; what they cannot mend stays as it is, for operators. */
export function faultOf(error: unknown): unknown {
  if (error instanceof Failure || !(error instanceof Error)) return error
  const [kind = '', first = ''] = splitOnce(error.message.replace(/^Failed to extract statements: /, ''), ': ')
  const words = withoutPaths(first.split('\n', 1)[0] ?? '').slice(0, 300)
  const at = /LINE \d+:[^\n]*\n[^\n]*\^/.exec(error.message)?.[0]
  const shown = at === undefined ? words : `${words}\n${withoutPaths(at)}`
  const fail = (zh: string, en: string): Failure => new Failure({ zh, en }, { cause: error })
  switch (kind) {
    case 'Parser Error':
      return fail(`SQL 写法不对：${shown}`, `The SQL is not well formed: ${shown}`)
    case 'Binder Error':
    case 'Catalog Error': {
      const candidates = /Candidate bindings: ([^\n]*)/.exec(error.message)?.[1]
      const hint = candidates === undefined ? ['', ''] : [`\n相近的列：${candidates}`, `\nNear it: ${candidates}`]
      return fail(`SQL 里有不认识的名字：${shown}${hint[0]}`, `The SQL names what is not there: ${shown}${hint[1]}`)
    }
    case 'Conversion Error':
    case 'Invalid Input Error':
    case 'Out of Range Error':
      return fail(`查询算不下去：${words}`, `The query cannot be worked out: ${words}`)
    case 'Permission Error':
      return new Failure(outside.sentence, { cause: error })
    case 'Out of Memory Error':
      return fail(
        '查询用完了给它的内存，已停止。请缩小范围：先筛选、少取几列、少分几组。',
        'The query used up the memory it may have and was stopped. Filter first, take fewer columns, make fewer groups.',
      )
    default:
      return error
  }
}

function splitOnce(text: string, by: string): [string, string] {
  const at = text.indexOf(by)
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + by.length)]
}

/** Where files lie here is nobody's business. */
function withoutPaths(text: string): string {
  return text.replaceAll(/(?:\/[\w.+-]+){2,}/g, 'data')
}
