import { useEffect, useRef } from 'react'
import { useText } from '../../text/text.tsx'
import classes from './composer.module.css'
import type { Hint } from './hints.ts'

interface HintListProps {
  id: string
  hints: readonly Hint[]
  chosen: number
  onChoose(hint: Hint): void
}

/** The commands that fit what is typed; the input keeps the focus and moves the choice. */
export function HintList({ id, hints, chosen, onChoose }: HintListProps) {
  const { text } = useText()
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    list.current?.children[chosen]?.scrollIntoView({ block: 'nearest' })
  }, [chosen])
  return (
    <div className={classes.hints} id={id} role="listbox" aria-label={text.console.hints} ref={list}>
      {hints.map((hint, place) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the input handles the keys, as a combobox does
        <div
          key={hint.words}
          id={`${id}-${place}`}
          className={classes.hint}
          role="option"
          tabIndex={-1}
          aria-selected={place === chosen}
          data-testid="console-hint"
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onChoose(hint)}
        >
          <code>{hint.usage}</code>
          <span>{hint.summary}</span>
          {!hint.isPublic && <small>{text.console.needsGrant}</small>}
        </div>
      ))}
    </div>
  )
}
