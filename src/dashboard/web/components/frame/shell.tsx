import { IconCalendarRepeat, IconChartBar, IconListDetails, IconMasksTheater, IconMessage2 } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useLive } from '../../api/live.tsx'
import { Link } from '../../router.tsx'
import { useText } from '../../text/text.tsx'
import { BrandMark } from './brand.tsx'
import { ErrorBoundary } from './error-boundary.tsx'
import { LiveBanner } from './live-banner.tsx'
import { SettingsMenu } from './settings-menu.tsx'
import classes from './shell.module.css'

/**
 * The frame of every page: brand, the places to be, settings, and the word when the live connection is lost (the
 * console has its own).
 */
export function Shell({ path, children }: { path: string; children: ReactNode }) {
  const { text, lang } = useText()
  const isConsole = path === '/console'
  const places = [
    { to: '/tasks', label: text.nav.tasks, icon: <IconListDetails size={18} />, isHere: path.startsWith('/tasks') },
    { to: '/console', label: text.nav.console, icon: <IconMessage2 size={18} />, isHere: isConsole },
    {
      to: '/presets',
      label: text.nav.presets,
      icon: <IconMasksTheater size={18} />,
      isHere: path.startsWith('/presets'),
    },
    {
      to: '/schedules',
      label: text.nav.schedules,
      icon: <IconCalendarRepeat size={18} />,
      isHere: path === '/schedules',
    },
    { to: '/usage', label: text.nav.usage, icon: <IconChartBar size={18} />, isHere: path === '/usage' },
  ]
  return (
    <div className={classes.shell} data-fixed={isConsole || undefined}>
      <header className={classes.header}>
        <Link to="/tasks" className={classes.brand}>
          <BrandMark />
          <span className={classes.name}>{text.brand}</span>
          <span className={classes.otherName}>{lang === 'zh' ? 'Huitou' : '回头'}</span>
        </Link>
        <nav className={classes.nav} aria-label={text.nav.label}>
          {places.map(({ to, label, icon, isHere }) => (
            <Link key={to} to={to} className={classes.place} aria-current={isHere ? 'page' : undefined}>
              {icon}
              {label}
            </Link>
          ))}
        </nav>
        <LiveDot />
        <SettingsMenu />
      </header>
      {!isConsole && <LiveBanner />}
      <main className={classes.main}>
        <ErrorBoundary key={path.split('/')[1]}>{children}</ErrorBoundary>
      </main>
    </div>
  )
}

function LiveDot() {
  const { text } = useText()
  const { state } = useLive()
  const label = state === 'live' ? text.live.live : text.live.connecting
  return (
    <span className={classes.live} data-state={state} data-testid="live-state">
      <span className={classes.liveLabel}>{label}</span>
    </span>
  )
}
