import { createTheme, type MantineColorsTuple } from '@mantine/core'

/** Huitou's own colour: deep teal. */
const huitou: MantineColorsTuple = [
  '#e6f5f3',
  '#d0eae7',
  '#a5d6d1',
  '#78c2bb',
  '#4fb0a8',
  '#339d95',
  '#1f8a83',
  '#0f736d',
  '#095c58',
  '#04443f',
]

/** Slate with a breath of teal, so that the dark theme is of the same family. */
const dark: MantineColorsTuple = [
  '#d6e0e3',
  '#a9b7be',
  '#8898a1',
  '#60707b',
  '#37444d',
  '#2a353d',
  '#1d262c',
  '#12181d',
  '#0d1216',
  '#080c0f',
]

export const theme = createTheme({
  primaryColor: 'huitou',
  primaryShade: { light: 7, dark: 6 },
  colors: { huitou, dark },
  defaultRadius: 'md',
  cursorType: 'pointer',
  fontFamily:
    'system-ui, -apple-system, "Segoe UI", "PingFang SC", "HarmonyOS Sans SC", "MiSans", "Microsoft YaHei UI", "Noto Sans CJK SC", "Noto Sans SC", sans-serif',
  fontFamilyMonospace:
    'ui-monospace, "SF Mono", "Cascadia Mono", "JetBrains Mono", Consolas, "Noto Sans Mono CJK SC", "DejaVu Sans Mono", monospace',
  headings: { fontWeight: '650' },
  respectReducedMotion: true,
})
