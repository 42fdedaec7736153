import type { Bilingual } from '../../scene.ts'
import type { Figures } from './figures.ts'

const mostItems = 5

/** What a model is asked to write; the figures are told as material. */
export function taskFor(team: string, { weeks, items }: Figures, pick: (text: Bilingual) => string): string {
  const task = pick({
    zh: '下面是一个团队的销售数据（JSON）。用三句话以内写出摘要：总体、最大的变化、值得注意的一点。只用其中的数字，不要编造。',
    en: 'Below are the sales of a team as JSON. Write at most three sentences: the whole, the largest change, one thing to note. Use its figures alone and make nothing up.',
  })
  return `${task}\n\n${JSON.stringify({ team, weeks, items: items.slice(0, 20) })}`
}

/** The report as people read it. */
export function pageOf(
  team: string,
  { weeks, items }: Figures,
  summary: string,
  pick: (text: Bilingual) => string,
): string {
  const line = ({ monday, total, change }: Figures['weeks'][number]): string => {
    const percent = change === undefined ? '' : ` (${change < 0 ? '−' : '+'}${Math.abs(change * 100).toFixed(1)}%)`
    return `- ${monday}: **${amount(total)}**${percent}`
  }
  const best = items.slice(0, mostItems).map(({ item, total }) => `${item} ${amount(total)}`)
  return [
    pick({ zh: `# ${team} 周报`, en: `# ${team}: weekly report` }),
    summary.trim(),
    weeks.map(line).join('\n'),
    ...(best.length === 0 ? [] : [pick({ zh: `本周：${best.join('，')}`, en: `This week: ${best.join(', ')}` })]),
  ].join('\n\n')
}

function amount(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 2 })
}
