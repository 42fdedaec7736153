import { IconMapPin, IconQuote } from '@tabler/icons-react'
import type { Part } from '../../../../core/message/part.ts'
import { useText } from '../../text/text.tsx'
import { CardView } from './card-view.tsx'
import { ForwardView } from './forward-view.tsx'
import { LinkView } from './link-view.tsx'
import { Markdown } from './markdown.tsx'
import { MediaView } from './media-view.tsx'
import classes from './parts.module.css'

type Block = Exclude<Part, { kind: 'text' | 'mention' }>

/** One piece of what was said that stands alone. `onCommand`: a card's button was pressed. */
export function PartView({ part, onCommand }: { part: Block; onCommand(command: string): void }) {
  const { text } = useText()
  switch (part.kind) {
    case 'markdown':
      return <Markdown text={part.text} />
    case 'image':
    case 'file':
    case 'voice':
    case 'video':
      return <MediaView part={part} />
    case 'card':
      return <CardView card={part} onCommand={onCommand} />
    case 'link':
      return <LinkView {...part} />
    case 'news':
      return (
        <div className={classes.news}>
          {part.articles.map((article) => (
            <LinkView key={article.url} {...article} />
          ))}
        </div>
      )
    case 'quote':
      return (
        <blockquote className={classes.quote} data-testid="quote">
          <IconQuote size={14} aria-hidden="true" />
          <span>{part.text ?? text.console.quoteGone}</span>
        </blockquote>
      )
    case 'location':
      return (
        <span className={classes.line}>
          <IconMapPin size={16} aria-label={text.console.location} />
          {part.label} {part.latitude}, {part.longitude}
        </span>
      )
    case 'native':
      if (Array.isArray(part.body.forward)) return <ForwardView texts={part.body.forward.map(String)} />
      return <span className={classes.quiet}>{text.console.native(part.platform)}</span>
    case 'event':
      return <span className={classes.quiet}>{text.console.event(part.name)}</span>
  }
}
