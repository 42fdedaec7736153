import { Button } from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import { useText } from '../../text/text.tsx'
import { ConfirmDialog } from '../frame/confirm-dialog.tsx'
import classes from './schedules.module.css'

/** Removes a schedule, after a question. */
export function RemoveSchedule({ number, isBusy, onRemove }: { number: number; isBusy: boolean; onRemove(): void }) {
  const { text } = useText()
  const words = text.schedules
  return (
    <ConfirmDialog
      title={words.removeAsk(number)}
      hint={words.removeHint}
      position="top-end"
      button={(toggle) => (
        <Button
          className={classes.remove}
          size="xs"
          variant="subtle"
          color="red"
          leftSection={<IconTrash size={15} />}
          loading={isBusy}
          onClick={toggle}
          data-testid="schedule-remove"
        >
          {words.remove}
        </Button>
      )}
      answers={[
        { text: words.keep },
        { text: words.remove, color: 'red.8', testId: 'schedule-remove-confirm', act: onRemove },
      ]}
    />
  )
}
