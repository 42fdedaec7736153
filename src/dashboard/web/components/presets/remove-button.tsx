import { Button } from '@mantine/core'
import { IconArrowBackUp, IconTrash } from '@tabler/icons-react'
import { useText } from '../../text/text.tsx'
import { ConfirmDialog } from '../frame/confirm-dialog.tsx'

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
  const words = text.presets
  const label = hasFile ? words.reset : words.remove
  return (
    <ConfirmDialog
      title={hasFile ? words.resetAsk(name) : words.removeAsk(name)}
      hint={hasFile ? words.resetHint : words.removeHint}
      position="top-start"
      button={(toggle) => (
        <Button
          variant="light"
          color="red"
          leftSection={hasFile ? <IconArrowBackUp size={16} /> : <IconTrash size={16} />}
          loading={isBusy}
          onClick={toggle}
          data-testid="preset-remove"
        >
          {label}
        </Button>
      )}
      answers={[{ text: words.keep }, { text: label, color: 'red.8', testId: 'preset-remove-confirm', act: onRemove }]}
    />
  )
}
