import { Popover, type PopoverProps } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import classes from './asking.module.css'

/** A button that asks before it does something: `button` opens and closes the question, `answers` are the buttons under it. */
export function Asking({
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
  answers: (close: () => void) => ReactNode
}) {
  const [isAsking, setIsAsking] = useState(false)
  return (
    <Popover opened={isAsking} onChange={setIsAsking} position={position} withArrow shadow="md" trapFocus width={280}>
      <Popover.Target>{button(() => setIsAsking(!isAsking))}</Popover.Target>
      <Popover.Dropdown onClick={(event) => event.stopPropagation()}>
        <p className={classes.ask}>{title}</p>
        <div className={classes.askHint}>{hint}</div>
        <div className={classes.askButtons}>{answers(() => setIsAsking(false))}</div>
      </Popover.Dropdown>
    </Popover>
  )
}
