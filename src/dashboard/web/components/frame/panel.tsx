import { ActionIcon, Alert, Button } from '@mantine/core'
import { IconArrowLeft, IconX } from '@tabler/icons-react'
import type { FormEvent, ReactNode } from 'react'
import { useMessage } from '../../api/use-message.ts'
import { useText } from '../../text/text.tsx'
import classes from './panel.module.css'

interface PanelHeadProps {
  title: string
  onClose(): void
  /** Beside the title. */
  children?: ReactNode
  /** At the end, before the one that closes. */
  buttons?: ReactNode
}

/**
 * What stays of a panel beside the list while it is read. It is closed at its end, and on a phone, where it fills the
 * screen, at its beginning.
 */
export function PanelHead({ title, onClose, children, buttons }: PanelHeadProps) {
  const { text } = useText()
  const shared = { variant: 'subtle', color: 'gray', 'aria-label': text.panel.close, onClick: onClose }
  return (
    <header className={classes.head}>
      <ActionIcon className={classes.back} {...shared}>
        <IconArrowLeft size={20} />
      </ActionIcon>
      <h2 className={classes.title}>{title}</h2>
      {children}
      <span className={classes.buttons}>
        {buttons}
        <ActionIcon className={classes.close} {...shared}>
          <IconX size={19} />
        </ActionIcon>
      </span>
    </header>
  )
}

interface FormPanelProps {
  /** What its parts are found by in tests: `-form`, `-error`, `-save`. */
  name: string
  head: ReactNode
  onSubmit(): void
  error: unknown
  save: { label: string; isBusy: boolean; isDisabled?: boolean }
  /** Buttons beside the one that saves. */
  foot?: ReactNode
  children: ReactNode
}

/** A form in a panel: its head and its button stay while it is filled in. */
export function FormPanel({ name, head, onSubmit, error, save, foot, children }: FormPanelProps) {
  const messageOf = useMessage()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onSubmit()
  }
  return (
    <form className={classes.panel} onSubmit={submit} noValidate data-testid={`${name}-form`}>
      {head}
      <div className={classes.body}>
        {children}
        {error !== undefined && (
          <Alert color="red" variant="light" role="alert" mt="md" data-testid={`${name}-error`}>
            {messageOf(error)}
          </Alert>
        )}
      </div>
      <footer className={classes.foot}>
        {foot}
        <Button type="submit" loading={save.isBusy} disabled={save.isDisabled} data-testid={`${name}-save`}>
          {save.label}
        </Button>
      </footer>
    </form>
  )
}
