import { lazy, Suspense } from 'react'
import { PlainText } from './plain-text.tsx'

/**
 * What reads Markdown is large, and comes when there is some. Where it cannot be had, the text stays as it is written.
 */
const View = lazy(() =>
  import('./markdown-view.tsx').then(
    ({ MarkdownView }) => ({ default: MarkdownView }),
    () => ({ default: PlainText }),
  ),
)

/** A Markdown text; shown as it is written until what reads it is there. */
export function Markdown({ text }: { text: string }) {
  return (
    <Suspense fallback={<PlainText text={text} />}>
      <View text={text} />
    </Suspense>
  )
}
