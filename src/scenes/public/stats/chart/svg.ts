import { BarChart, HeatmapChart, LineChart } from 'echarts/charts'
import { GridComponent, LegendComponent, TitleComponent, VisualMapComponent } from 'echarts/components'
import { type EChartsCoreOption, init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import type { Lang } from '#scene'
import { widthOf } from '../width.ts'
import { type Chart, isGrouped } from './chart.ts'
import { shortNumber } from './short-number.ts'

use([
  BarChart,
  HeatmapChart,
  LineChart,
  GridComponent,
  LegendComponent,
  TitleComponent,
  VisualMapComponent,
  SVGRenderer,
])

const WIDTH = 900
/** Of a label, where a Chinese letter takes two. */
const LETTER_WIDTH = 7
/** What names beside a grid leave of it, about. */
const GRID_WIDTH = 680
const palette = ['#3b6fd4', '#e58a2b', '#3c9d6b', '#c94f6d', '#8a63c9', '#2b9fb5']
const positive = palette[0]
const negative = '#c0443c'
const ink = '#2b2f36'
const faint = '#e6e8ec'

/** A chart as SVG; `font` is the family its texts are set in. */
export function svgOf(chart: Chart, font: string, lang: Lang): string {
  const height = heightOf(chart)
  const drawn = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height })
  try {
    drawn.setOption({ ...common(chart, font), ...seriesOf(chart, lang) })
    return drawn.renderToSVGString()
  } finally {
    drawn.dispose()
  }
}

function heightOf(chart: Chart): number {
  if (chart.kind === 'bars') return Math.max(200, 110 + chart.bars.length * 28)
  if (chart.kind === 'line' || isGrouped(chart)) return 460
  return 180 + chart.rows.length * 28
}

function common(chart: Chart, font: string): EChartsCoreOption {
  return {
    animation: false,
    backgroundColor: '#ffffff',
    color: palette,
    textStyle: { fontFamily: font, color: ink },
    title: {
      text: chart.title,
      left: 24,
      top: 16,
      textStyle: {
        fontFamily: font,
        fontWeight: 'normal',
        fontSize: 18,
        color: ink,
        width: WIDTH - 48,
        overflow: 'truncate',
      },
    },
  }
}

function seriesOf(chart: Chart, lang: Lang): EChartsCoreOption {
  switch (chart.kind) {
    case 'bars':
      return bars(chart, lang)
    case 'line':
      return line(chart, lang)
    case 'grid':
      return isGrouped(chart) ? groups(chart, lang) : squares(chart, lang)
  }
}

const grid = { left: 24, right: 48, top: 64, bottom: 24, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' }

function valueAxis(lang: Lang, name?: string) {
  return {
    type: 'value',
    name,
    nameTextStyle: { align: 'left', width: 300, overflow: 'truncate' },
    axisLabel: { color: ink, formatter: (value: number) => shortNumber(value, lang) },
    splitLine: { lineStyle: { color: faint } },
  }
}

function nameAxis(names: readonly string[], more: Record<string, unknown> = {}, labels: Record<string, unknown> = {}) {
  return {
    type: 'category',
    data: [...names],
    // Names stay at the edge also when values go below nought.
    axisLine: { onZero: false, lineStyle: { color: '#b8bec8' } },
    axisTick: { show: false },
    axisLabel: { color: ink, overflow: 'truncate', ...labels },
    ...more,
  }
}

function bars({ bars: all, valueName }: Chart & { kind: 'bars' }, lang: Lang): EChartsCoreOption {
  const hasNegative = all.some(({ value }) => value < 0)
  return {
    grid: { ...grid, right: 90, left: hasNegative ? 40 : 24 },
    xAxis: { ...valueAxis(lang), splitNumber: 4 },
    yAxis: nameAxis(
      all.map(({ name }) => name),
      { inverse: true },
      { width: 210, interval: 0 },
    ),
    series: [
      {
        type: 'bar',
        name: valueName,
        barMaxWidth: 20,
        data: all.map(({ value }) => ({
          value,
          itemStyle: { color: value < 0 ? negative : positive, borderRadius: value < 0 ? [3, 0, 0, 3] : [0, 3, 3, 0] },
          label: { position: value < 0 ? 'left' : 'right' },
        })),
        label: { show: true, color: ink, formatter: ({ value }: { value: number }) => shortNumber(value, lang) },
      },
    ],
  }
}

function line({ points, valueName }: Chart & { kind: 'line' }, lang: Lang): EChartsCoreOption {
  return {
    grid: { ...grid, top: 96 },
    xAxis: nameAxis(
      points.map(({ name }) => name),
      { boundaryGap: points.length === 1 },
      { width: 110, hideOverlap: true },
    ),
    yAxis: valueAxis(lang, valueName),
    series: [
      {
        type: 'line',
        name: valueName,
        data: points.map(({ value }) => value),
        showSymbol: points.length <= 60,
        symbolSize: points.length === 1 ? 12 : 6,
        lineStyle: { width: 2.5 },
        areaStyle: { opacity: 0.08 },
      },
    ],
  }
}

function groups({ rows, columns, values, valueName }: Chart & { kind: 'grid' }, lang: Lang): EChartsCoreOption {
  const isCrowded = rows.length > 6 || rows.some((name) => name.length > 8)
  return {
    grid: { ...grid, top: 128 },
    legend: { top: 52, left: 20, itemWidth: 14, textStyle: { color: ink, width: 180, overflow: 'truncate' } },
    xAxis: nameAxis(rows, {}, { interval: 0, width: isCrowded ? 120 : 800 / rows.length, rotate: isCrowded ? 30 : 0 }),
    yAxis: valueAxis(lang, valueName),
    series: columns.map((name, index) => ({
      type: 'bar',
      name,
      barMaxWidth: 36,
      itemStyle: { borderRadius: 2 },
      data: values.map((row) => row[index] ?? null),
    })),
  }
}

function squares({ rows, columns, values }: Chart & { kind: 'grid' }, lang: Lang): EChartsCoreOption {
  const cells = values.flatMap((row, y) => row.flatMap((value, x) => (value === null ? [] : [[x, y, value]])))
  const all = cells.map(([, , value = 0]) => value)
  const hasNegative = all.some((value) => value < 0)
  // Red to blue with nought in the middle; else from the least to the most.
  const bound = Math.max(...all.map(Math.abs))
  const [least, most] = hasNegative ? [-bound, bound] : [Math.min(...all), Math.max(...all)]
  const isCrowded = Math.max(...columns.map(widthOf)) * LETTER_WIDTH > GRID_WIDTH / columns.length
  return {
    grid: { ...grid, bottom: 70 },
    xAxis: nameAxis(columns, { position: 'top' }, { interval: 0, width: 90, rotate: isCrowded ? 35 : 0 }),
    yAxis: nameAxis(rows, { inverse: true }, { interval: 0, width: 200 }),
    visualMap: {
      min: least,
      max: most === least ? least + 1 : most,
      orient: 'horizontal',
      left: 'center',
      bottom: 8,
      itemHeight: 240,
      itemWidth: 14,
      text: [shortNumber(most, lang), shortNumber(least, lang)],
      textStyle: { color: ink },
      inRange: { color: hasNegative ? ['#e08a80', '#f7f7f7', '#84a9ea'] : ['#f1f5fd', '#84a9ea'] },
    },
    series: [
      {
        type: 'heatmap',
        data: cells,
        itemStyle: { borderColor: '#ffffff', borderWidth: 1 },
        label: {
          show: columns.length <= 12,
          fontSize: 11,
          color: ink,
          formatter: ({ value }: { value: readonly number[] }) => shortNumber(value[2] ?? 0, lang),
        },
      },
    ],
  }
}
