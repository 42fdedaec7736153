import { Button, Popover } from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import { useText } from '../../text/text.tsx'
import classes from './schedules.module.css'

/** Removes a schedule, after a question. */
export function RemoveSchedule({ number, isBusy, onRemove }: { number: number; isBusy: boolean; onRemove(): void }) {
  const { text } = useText()
  const words = text.schedules
  const [isAsking, setIsAsking] = useState(false)
  return (
    <Popover opened={isAsking} onChange={setIsAsking} position="top-end" withArrow shadow="md" trapFocus width={260}>
      <Popover.Target>
        <Button
          className={classes.remove}
          size="xs"
          variant="subtle"
          color="red"
          leftSection={<IconTrash size={15} />}
          loading={isBusy}
          onClick={() => setIsAsking(!isAsking)}
          data-testid="schedule-remove"
        >
          {words.remove}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <p className={classes.ask}>{words.removeAsk(number)}</p>
        <p className={classes.askHint}>{words.removeHint}</p>
        <div className={classes.askButtons}>
          <Button size="xs" variant="default" onClick={() => setIsAsking(false)}>
            {words.keep}
          </Button>
          <Button
            size="xs"
            color="red.8"
            data-autofocus
            data-testid="schedule-remove-confirm"
            onClick={() => {
              setIsAsking(false)
              onRemove()
            }}
          >
            {words.remove}
          </Button>
        </div>
      </Popover.Dropdown>
    </Popover>
  )
}
