/** What a picture shows. Names are as their askers wrote them, of any length and number. */
export type Chart =
  /** Values side by side, each with a name. */
  | { kind: 'bars'; title: string; valueName: string; bars: readonly { name: string; value: number }[] }
  /** Values along time, or any other order; `null` is a gap. */
  | { kind: 'line'; title: string; valueName: string; points: readonly { name: string; value: number | null }[] }
  /** Values by two names. */
  | {
      kind: 'grid'
      title: string
      valueName: string
      rows: readonly string[]
      columns: readonly string[]
      /** Row by row. */
      values: readonly (readonly (number | null)[])[]
    }

/** More bars than this are no picture any more: the first are shown. */
export const mostBars = 30
export const mostGridRows = 30
export const mostGridColumns = 20
/** Up to here a grid is shown as bars in groups, beyond as coloured squares. */
const mostGroups = 12
const mostInGroup = 6

export function isGrouped({ rows, columns }: Chart & { kind: 'grid' }): boolean {
  return rows.length <= mostGroups && columns.length <= mostInGroup
}

/** All texts of a chart: what its font must have. */
export function textsOf(chart: Chart): string[] {
  const own = [chart.title, chart.valueName]
  switch (chart.kind) {
    case 'bars':
      return [...own, ...chart.bars.map(({ name }) => name)]
    case 'line':
      return [...own, ...chart.points.map(({ name }) => name)]
    case 'grid':
      return [...own, ...chart.rows, ...chart.columns]
  }
}

/** The chart with all its texts changed. */
export function withTexts(chart: Chart, change: (text: string) => string): Chart {
  const own = { title: change(chart.title), valueName: change(chart.valueName) }
  switch (chart.kind) {
    case 'bars':
      return { ...chart, ...own, bars: chart.bars.map((bar) => ({ ...bar, name: change(bar.name) })) }
    case 'line':
      return { ...chart, ...own, points: chart.points.map((point) => ({ ...point, name: change(point.name) })) }
    case 'grid':
      return { ...chart, ...own, rows: chart.rows.map(change), columns: chart.columns.map(change) }
  }
}
