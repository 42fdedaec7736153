import type { ReactNode } from 'react'
import classes from './notice.module.css'

interface NoticeProps {
  icon: ReactNode
  title: string
  hint?: string
  isAlert?: boolean
  children?: ReactNode
}

/** What stands where there is nothing else to show: empty lists, missing pages, faults. */
export function Notice({ icon, title, hint, isAlert, children }: NoticeProps) {
  return (
    <div className={classes.notice} role={isAlert ? 'alert' : 'status'}>
      <span className={classes.icon} aria-hidden="true">
        {icon}
      </span>
      <h2 className={classes.title}>{title}</h2>
      {hint && <p className={classes.hint}>{hint}</p>}
      {children && <div className={classes.actions}>{children}</div>}
    </div>
  )
}
