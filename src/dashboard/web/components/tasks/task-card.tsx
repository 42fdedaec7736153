import { columns, type TaskLine } from './columns.tsx'
import classes from './tasks.module.css'

/** A task's row as phones show it. */
export function TaskCard(line: TaskLine) {
  const partsAt = (place: 'top' | 'middle' | 'foot') =>
    columns
      .filter(({ phone }) => phone.place === place)
      .map(({ key, phone, cell: Cell }) => (
        <div key={key} className={phone.className}>
          <Cell {...line} />
        </div>
      ))
  return (
    <li className={classes.card} data-testid="task-row" data-task={line.task.id}>
      <div className={classes.cardHead}>{partsAt('top')}</div>
      {partsAt('middle')}
      <div className={classes.cardFoot}>{partsAt('foot')}</div>
    </li>
  )
}
