import { Fragment, memo, type ReactNode } from 'react'
import classes from './markdown.module.css'
import { safeUrl } from './safe-url.ts'

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

/** A link that leaves the app. */
export function OutLink({ url, children }: { url: string; children: ReactNode }) {
  return (
    <a href={url} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  )
}
