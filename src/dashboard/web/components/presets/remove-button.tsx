import { Button, Popover } from '@mantine/core'
import { IconArrowBackUp, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import { useText } from '../../text/text.tsx'
import classes from './presets.module.css'

/** Deletes a preset, or resets it to its file, after a question. */
export function RemoveButton({
  name,
  hasFile,
  isBusy,
  onRemove,
}: {
  name: string
  hasFile: boolean
  isBusy: boolean
  onRemove(): void
}) {
  const { text } = useText()
  const [isAsking, setIsAsking] = useState(false)
  const words = text.presets
  const label = hasFile ? words.reset : words.remove
  return (
    <Popover opened={isAsking} onChange={setIsAsking} position="top-start" withArrow shadow="md" trapFocus width={280}>
      <Popover.Target>
        <Button
          variant="light"
          color="red"
          leftSection={hasFile ? <IconArrowBackUp size={16} /> : <IconTrash size={16} />}
          loading={isBusy}
          onClick={() => setIsAsking(!isAsking)}
          data-testid="preset-remove"
        >
          {label}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <p className={classes.ask}>{hasFile ? words.resetAsk(name) : words.removeAsk(name)}</p>
        <p className={classes.askHint}>{hasFile ? words.resetHint : words.removeHint}</p>
        <div className={classes.askButtons}>
          <Button size="xs" variant="default" onClick={() => setIsAsking(false)}>
            {words.keep}
          </Button>
          <Button
            size="xs"
            color="red.8"
            data-autofocus
            data-testid="preset-remove-confirm"
            onClick={() => {
              setIsAsking(false)
              onRemove()
            }}
          >
            {label}
          </Button>
        </div>
      </Popover.Dropdown>
    </Popover>
  )
}
