import { FIRST_WORD_SECONDS, readUsageLine, WHOLE_SECONDS } from '../core/model/usage.ts'

/**
 * What models were used for, in Prometheus' text form. The figures are the installation's, from the store: the
 * processes that ask models may be others than the one that is looked at, and every one that is tells the same.
 */
export function llmMetrics(totals: ReadonlyMap<string, number>): string {
  const lines = [...totals].map(([line, value]) => ({ ...readUsageLine(line), value }))
  const counter = (name: string, help: string, kind: string, label?: string): string[] => [
    ...head(name, help, 'counter'),
    ...lines
      .filter((line) => line.kind === kind)
      .map(({ figure, name: model, value }) => sample(name, label ? { model, [label]: figure } : { model }, value)),
  ]
  const histogram = (name: string, help: string, kind: string, ends: readonly number[]): string[] => {
    const ours = lines.filter((line) => line.kind === kind)
    const models = new Set(ours.map((line) => line.name))
    const of = (model: string, figure: string): number =>
      ours.find((line) => line.name === model && line.figure === figure)?.value ?? 0
    return [
      ...head(name, help, 'histogram'),
      ...[...models].flatMap((model) => {
        let count = 0
        const buckets = [...ends.map(String), '+Inf'].map((le) => {
          count += of(model, le)
          return sample(`${name}_bucket`, { model, le }, count)
        })
        return [
          ...buckets,
          sample(`${name}_sum`, { model }, of(model, 'seconds')),
          sample(`${name}_count`, { model }, count),
        ]
      }),
    ]
  }
  return [
    ...counter('huitou_llm_calls_total', 'Calls of models, by how they ended', 'calls', 'end'),
    ...counter('huitou_llm_tokens_total', 'Tokens to models and from them', 'tokens', 'direction'),
    ...counter('huitou_llm_cost_total', 'Money spent, by the price table', 'cost'),
    ...histogram('huitou_llm_first_word_seconds', 'Time until the first word', 'first', FIRST_WORD_SECONDS),
    ...histogram('huitou_llm_call_seconds', 'Time of a whole call', 'whole', WHOLE_SECONDS),
    '',
  ].join('\n')
}

function head(name: string, help: string, type: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`]
}

function sample(name: string, labels: Readonly<Record<string, string>>, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`)
  return `${name}{${pairs.join(',')}} ${value}`
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
