import { ActionIcon, Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { type Answer, ConfirmDialog } from '../frame/confirm-dialog.tsx'

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
  answers: readonly Answer[]
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
  answers,
}: AskingButtonProps) {
  const shared = { 'aria-label': label, 'data-testid': testId, color, loading: isBusy }
  return (
    <ConfirmDialog
      title={title}
      hint={hint}
      position="bottom-end"
      button={(toggle) =>
        size === 'icon' ? (
          <ActionIcon variant="subtle" title={label} onClick={toggle} {...shared}>
            {icon}
          </ActionIcon>
        ) : (
          <Button variant="light" size="xs" leftSection={icon} onClick={toggle} {...shared}>
            {name}
          </Button>
        )
      }
      answers={answers}
    />
  )
}
