import { Fragment } from 'react'
import type { Part } from '../../../../core/message/part.ts'
import classes from './console.module.css'
import markdownClasses from './markdown.module.css'
import { PartView } from './part-view.tsx'
import partClasses from './parts.module.css'
import { LinkedText } from './plain-text.tsx'

type Inline = Extract<Part, { kind: 'text' | 'mention' }>

/** What a bubble says: its parts below one another, words and mentions in one line. */
export function Said({ parts, onCommand }: { parts: readonly Part[]; onCommand(command: string): void }) {
  return (
    <div className={classes.said} data-testid="said">
      {runsOf(parts).map((run, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a bubble's parts never change
        <Fragment key={place}>
          {Array.isArray(run) ? <Words words={run} /> : <PartView part={run} onCommand={onCommand} />}
        </Fragment>
      ))}
    </div>
  )
}

function Words({ words }: { words: readonly Inline[] }) {
  return (
    <p className={markdownClasses.plain}>
      {words.map((word, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: as above
        <Fragment key={place}>
          {(word.kind === 'mention' ? [word] : (word.mentions ?? [])).map(({ person, name }) => (
            <span key={person} className={partClasses.mention} data-testid="mention">
              @{name ?? person}
              {word.kind === 'text' && ' '}
            </span>
          ))}
          {word.kind === 'text' && <LinkedText text={word.text} />}
        </Fragment>
      ))}
    </p>
  )
}

function runsOf(parts: readonly Part[]): (Inline[] | Exclude<Part, Inline>)[] {
  const runs: (Inline[] | Exclude<Part, Inline>)[] = []
  for (const part of parts) {
    const last = runs.at(-1)
    if (part.kind !== 'text' && part.kind !== 'mention') runs.push(part)
    else if (Array.isArray(last)) last.push(part)
    else runs.push([part])
  }
  return runs
}
