import type { MouseEvent } from 'react'
import { columns, type TaskLine } from './columns.tsx'
import classes from './tasks.module.css'

export function TaskRow(line: TaskLine) {
  const { task, isOpen, open } = line
  return (
    // The link in the row is the way in for keyboards; the whole row is for the hand that aims less well.
    <tr
      className={classes.row}
      data-open={isOpen || undefined}
      data-testid="task-row"
      data-task={task.id}
      onClick={() => open(task.id)}
    >
      {columns.map(({ key, className, cell: Cell, keepsClicks }) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: only keeps clicks on the buttons from opening the row
        <td key={key} className={className} onClick={keepsClicks ? keep : undefined}>
          <Cell {...line} />
        </td>
      ))}
    </tr>
  )
}

function keep(event: MouseEvent): void {
  event.stopPropagation()
}
