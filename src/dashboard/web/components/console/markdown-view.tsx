import { Fragment, memo, type ReactNode } from 'react'
import classes from './markdown.module.css'
import { type Piece, readMarkdown } from './markdown-tree.ts'
import { OutLink, PlainText } from './plain-text.tsx'
import { safeUrl } from './safe-url.ts'

/** A Markdown text as elements. It is never made HTML, so nothing in it can become markup of ours. */
export const MarkdownView = memo(({ text }: { text: string }) => {
  const pieces = readMarkdown(text)
  return pieces === undefined ? <PlainText text={text} /> : <div className={classes.markdown}>{viewsOf(pieces)}</div>
})
MarkdownView.displayName = 'MarkdownView'

type View = (token: Piece['token'], inner: ReactNode) => ReactNode

/** What each kind of piece looks like. */
const views: Readonly<Record<string, View>> = {
  text: ({ content }) => content,
  text_special: ({ content }) => content,
  inline: (_, inner) => inner,
  softbreak: () => <br />,
  hardbreak: () => <br />,
  heading: ({ tag }, inner) => {
    const level = Number(tag.slice(1))
    // The page has its own first two levels.
    const Tag = ([undefined, 'h3', 'h4', 'h5'] as const)[level] ?? 'h6'
    return (
      <Tag className={classes.heading} data-level={level}>
        {inner}
      </Tag>
    )
  },
  // In a list without blank lines what stands in an item stands without a paragraph's space.
  paragraph: ({ hidden }, inner) => (hidden ? inner : <p>{inner}</p>),
  blockquote: (_, inner) => <blockquote>{inner}</blockquote>,
  hr: () => <hr />,
  fence: codeBlock,
  code_block: codeBlock,
  bullet_list: (_, inner) => <ul>{inner}</ul>,
  ordered_list: (token, inner) => <ol start={Number(token.attrGet('start') ?? 1)}>{inner}</ol>,
  list_item: (_, inner) => <li>{inner}</li>,
  table: (_, inner) => (
    <div className={classes.scroll}>
      <table>{inner}</table>
    </div>
  ),
  thead: (_, inner) => <thead>{inner}</thead>,
  tbody: (_, inner) => <tbody>{inner}</tbody>,
  tr: (_, inner) => <tr>{inner}</tr>,
  th: (_, inner) => <th>{inner}</th>,
  td: (_, inner) => <td>{inner}</td>,
  code_inline: ({ content }) => <code>{content}</code>,
  strong: (_, inner) => <strong>{inner}</strong>,
  em: (_, inner) => <em>{inner}</em>,
  s: (_, inner) => <del>{inner}</del>,
  link: (token, inner) => {
    const url = safeUrl(String(token.attrGet('href')))
    return url === undefined ? inner : <OutLink url={url}>{inner}</OutLink>
  },
  tint: ({ info }, inner) => <span data-tint={info}>{inner}</span>,
}

function codeBlock({ content }: Piece['token']): ReactNode {
  return (
    <pre>
      <code>{content.replace(/\n$/, '')}</code>
    </pre>
  )
}

function viewsOf(pieces: readonly Piece[]): ReactNode {
  return pieces.map(({ kind, token, inner }, place) => {
    const view = views[kind] ?? views.inline
    // biome-ignore lint/suspicious/noArrayIndexKey: a text's pieces have no other name than their place
    return <Fragment key={place}>{view?.(token, viewsOf(inner))}</Fragment>
  })
}
