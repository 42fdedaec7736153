import { Button, Popover, type PopoverProps } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import classes from './confirm-dialog.module.css'

/** A button under the question; without `act` it only closes it. */
export interface Answer {
  text: string
  act?(): void
  color?: string
  testId?: string
}

/**
 * A button that asks before it does something: `button` opens and closes the question, `answers` are the buttons under
 * it, the expected one last.
 */
export function ConfirmDialog({
  title,
  hint,
  position,
  button,
  answers,
}: {
  title: string
  hint: ReactNode
  position: PopoverProps['position']
  button: (toggle: () => void) => ReactNode
  answers: readonly Answer[]
}) {
  const [isAsking, setIsAsking] = useState(false)
  return (
    <Popover opened={isAsking} onChange={setIsAsking} position={position} withArrow shadow="md" trapFocus width={280}>
      <Popover.Target>{button(() => setIsAsking(!isAsking))}</Popover.Target>
      <Popover.Dropdown onClick={(event) => event.stopPropagation()}>
        <p className={classes.ask}>{title}</p>
        <div className={classes.askHint}>{hint}</div>
        <div className={classes.askButtons}>
          {answers.map(({ text, act, color, testId }, place) => {
            const isExpected = place === answers.length - 1
            return (
              <Button
                key={text}
                size="xs"
                variant={isExpected ? 'filled' : 'default'}
                color={color}
                data-autofocus={isExpected || undefined}
                data-testid={testId}
                onClick={() => {
                  setIsAsking(false)
                  act?.()
                }}
              >
                {text}
              </Button>
            )
          })}
        </div>
      </Popover.Dropdown>
    </Popover>
  )
}
