import { ActionIcon, Button, Popover } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import classes from './tasks.module.css'

export interface AskingButtonProps {
  size: 'icon' | 'full'
  icon: ReactNode
  /** What the button says, and what it says to those who do not see it. */
  name: string
  label: string
  color?: string
  testId: string
  isBusy: boolean
  title: string
  hint: ReactNode
  /** The buttons of the answer. */
  children(close: () => void): ReactNode
}

/** A button that asks before it does something. */
export function AskingButton({
  size,
  icon,
  name,
  label,
  color,
  testId,
  isBusy,
  title,
  hint,
  children,
}: AskingButtonProps) {
  const [isAsking, setIsAsking] = useState(false)
  const shared = {
    'aria-label': label,
    'data-testid': testId,
    color,
    loading: isBusy,
    onClick: () => setIsAsking(!isAsking),
  }
  return (
    <Popover opened={isAsking} onChange={setIsAsking} position="bottom-end" withArrow shadow="md" trapFocus width={280}>
      <Popover.Target>
        {size === 'icon' ? (
          <ActionIcon variant="subtle" title={label} {...shared}>
            {icon}
          </ActionIcon>
        ) : (
          <Button variant="light" size="xs" leftSection={icon} {...shared}>
            {name}
          </Button>
        )}
      </Popover.Target>
      <Popover.Dropdown onClick={(event) => event.stopPropagation()}>
        <p className={classes.ask}>{title}</p>
        <div className={classes.askHint}>{hint}</div>
        <div className={classes.askButtons}>{children(() => setIsAsking(false))}</div>
      </Popover.Dropdown>
    </Popover>
  )
}
