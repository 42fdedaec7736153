import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core'

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
  // On this shade white can be read, in both themes.
  primaryShade: 7,
  colors: { huitou, dark },
  defaultRadius: 'md',
  cursorType: 'pointer',
  fontFamily:
    '-apple-system, BlinkMacSystemFont, "Segoe UI", "PingFang SC", "HarmonyOS Sans SC", "MiSans", "Microsoft YaHei UI", "Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC", system-ui, sans-serif',
  fontFamilyMonospace:
    'ui-monospace, "SF Mono", "Cascadia Mono", "JetBrains Mono", Consolas, "Noto Sans Mono", "DejaVu Sans Mono", "Noto Sans Mono CJK SC", monospace',
  headings: { fontWeight: '650' },
  respectReducedMotion: true,
})

const ours = {
  '--mantine-color-body': 'var(--page)',
  '--mantine-color-text': 'var(--ink)',
  '--mantine-color-dimmed': 'var(--ink-3)',
  '--mantine-color-placeholder': 'var(--ink-3)',
  '--mantine-color-default': 'var(--card)',
  '--mantine-color-default-hover': 'var(--sunk)',
  '--mantine-color-default-border': 'var(--line)',
  '--mantine-color-error': 'var(--bad)',
  '--mantine-color-red-light': 'var(--bad-soft)',
  '--mantine-color-red-light-color': 'var(--bad)',
  '--mantine-color-huitou-light': 'var(--brand-soft)',
  '--mantine-color-huitou-light-color': 'var(--brand-ink)',
  '--mantine-color-gray-light-color': 'var(--ink-2)',
}

/** Mantine's words said with the colours of app.css. */
export const ourColors: CSSVariablesResolver = () => ({ variables: {}, light: ours, dark: ours })
