import { Fragment, memo, type ReactNode } from 'react'
import classes from './markdown.module.css'
import { type Block, readBlocks } from './markdown-blocks.ts'
import { type Inline, readInline } from './markdown-inline.ts'
import { safeUrl } from './safe-url.ts'

/** A markdown text as elements. It is never made HTML, so nothing in it can become markup of ours. */
export const Markdown = memo(({ text }: { text: string }) => (
  <div className={classes.markdown}>{blocksOf(readBlocks(text))}</div>
))
Markdown.displayName = 'Markdown'

/** A plain text with its web addresses made links. */
export const PlainText = memo(({ text }: { text: string }) => (
  <p className={classes.plain}>
    <LinkedText text={text} />
  </p>
))
PlainText.displayName = 'PlainText'

/** The same within a line of others. */
export function LinkedText({ text }: { text: string }): ReactNode {
  return text.split(/(https?:\/\/[^\s<>"'`，。；：、！？（）《》「」]+)/).map((piece, place) => {
    const url = place % 2 === 1 ? safeUrl(piece) : undefined
    // biome-ignore lint/suspicious/noArrayIndexKey: a text's pieces have no other name than their place
    return <Fragment key={place}>{url === undefined ? piece : <OutLink url={url}>{piece}</OutLink>}</Fragment>
  })
}

function OutLink({ url, children }: { url: string; children: ReactNode }) {
  return (
    <a href={url} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  )
}

/** The page has its own first two levels. */
const headingTags = ['h3', 'h4', 'h5'] as const

function blocksOf(blocks: readonly Block[]): ReactNode {
  // biome-ignore lint/suspicious/noArrayIndexKey: a text's blocks have no other name than their place
  return blocks.map((block, place) => <Fragment key={place}>{blockOf(block)}</Fragment>)
}

function blockOf(block: Block): ReactNode {
  switch (block.kind) {
    case 'heading': {
      const Tag = headingTags[block.level - 1] ?? 'h6'
      return <Tag className={classes.heading}>{textOf(block.text)}</Tag>
    }
    case 'paragraph':
      return <p>{textOf(block.text)}</p>
    case 'code':
      return (
        <pre>
          <code>{block.text}</code>
        </pre>
      )
    case 'quote':
      return <blockquote>{blocksOf(block.blocks)}</blockquote>
    case 'rule':
      return <hr />
    case 'list': {
      // biome-ignore lint/suspicious/noArrayIndexKey: as above
      const items = block.items.map((inner, place) => <li key={place}>{itemOf(inner)}</li>)
      return block.isOrdered ? <ol start={block.start}>{items}</ol> : <ul>{items}</ul>
    }
    case 'table':
      return <MarkdownTable head={block.head} rows={block.rows} />
  }
}

/** A list item of one paragraph stands without the paragraph's space. */
function itemOf(blocks: readonly Block[]): ReactNode {
  const [first, ...rest] = blocks
  if (first?.kind !== 'paragraph') return blocksOf(blocks)
  return (
    <>
      {textOf(first.text)}
      {blocksOf(rest)}
    </>
  )
}

function MarkdownTable({ head, rows }: { head: readonly string[]; rows: readonly string[][] }) {
  return (
    <div className={classes.scroll}>
      <table>
        <thead>
          <tr>
            {head.map((cell, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: as above
              <th key={place}>{textOf(cell)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: as above
            <tr key={place}>
              {cells.map((cell, column) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: as above
                <td key={column}>{textOf(cell)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function textOf(text: string): ReactNode {
  return text.split('\n').map((line, place) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: as above
    <Fragment key={place}>
      {place > 0 && <br />}
      {inlineOf(readInline(line))}
    </Fragment>
  ))
}

function inlineOf(pieces: readonly Inline[]): ReactNode {
  // biome-ignore lint/suspicious/noArrayIndexKey: as above
  return pieces.map((piece, place) => <Fragment key={place}>{pieceOf(piece)}</Fragment>)
}

function pieceOf(piece: Inline): ReactNode {
  switch (piece.kind) {
    case 'text':
      return piece.text
    case 'code':
      return <code>{piece.text}</code>
    case 'link':
      return <OutLink url={piece.url}>{inlineOf(piece.inner)}</OutLink>
    case 'tint':
      return <span data-tint={piece.tone}>{inlineOf(piece.inner)}</span>
    case 'strong':
      return <strong>{inlineOf(piece.inner)}</strong>
    case 'em':
      return <em>{inlineOf(piece.inner)}</em>
    case 'del':
      return <del>{inlineOf(piece.inner)}</del>
  }
}
