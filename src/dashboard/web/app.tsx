import { Center, Loader, MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryClientProvider } from '@tanstack/react-query'
import { lazy, type ReactNode, Suspense, useEffect, useState } from 'react'
import { LiveProvider } from './api/live.tsx'
import { newQueryClient } from './api/query-client.ts'
import { SessionProvider, useSession } from './api/session.tsx'
import { ErrorBoundary } from './components/frame/error-boundary.tsx'
import { Shell } from './components/frame/shell.tsx'
import { Unreachable } from './components/frame/unreachable.tsx'
import { LoginPage } from './pages/login-page.tsx'
import { NotFoundPage } from './pages/not-found-page.tsx'
import { navigate, usePlace } from './router.tsx'
import { TextProvider } from './text/text.tsx'
import { ourColors, theme } from './theme.ts'

const TasksPage = lazy(() => import('./pages/tasks-page.tsx').then(({ TasksPage }) => ({ default: TasksPage })))
const PresetsPage = lazy(() => import('./pages/presets-page.tsx').then(({ PresetsPage }) => ({ default: PresetsPage })))
const ConsolePage = lazy(() => import('./pages/console-page.tsx').then(({ ConsolePage }) => ({ default: ConsolePage })))
const SchedulesPage = lazy(() =>
  import('./pages/schedules-page.tsx').then(({ SchedulesPage }) => ({ default: SchedulesPage })),
)
const UsagePage = lazy(() => import('./pages/usage-page.tsx').then(({ UsagePage }) => ({ default: UsagePage })))

export function App() {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={ourColors} defaultColorScheme="auto">
      <TextProvider>
        <Notifications position="top-right" autoClose={4000} />
        <ErrorBoundary>
          <SessionProvider>
            <Gate />
          </SessionProvider>
        </ErrorBoundary>
      </TextProvider>
    </MantineProvider>
  )
}

/** Nobody sees a page without a session; after signing in one is back where one wanted to go. */
function Gate() {
  const { state } = useSession()
  const { path, query } = usePlace()
  useEffect(() => {
    if (state === 'out' && path !== '/login') {
      const wanted = `${location.pathname}${location.search}`
      navigate(wanted === '/' ? '/login' : `/login?to=${encodeURIComponent(wanted)}`, { replace: true })
    }
    if (state === 'in' && (path === '/' || path === '/login')) {
      const wanted = query.get('to')
      navigate(wanted && /^\/(?![/\\])/.test(wanted) ? wanted : '/tasks', { replace: true })
    }
  }, [state, path, query])

  if (state === 'loading') return <Waiting />
  if (state === 'unreachable') return <Unreachable />
  if (state === 'out') return <LoginPage />
  return (
    <SignedIn>
      <Shell path={path}>
        <Suspense fallback={<Waiting />}>
          <Page path={path} />
        </Suspense>
      </Shell>
    </SignedIn>
  )
}

/** What was read from the server goes with who signs out. */
function SignedIn({ children }: { children: ReactNode }) {
  const [client] = useState(newQueryClient)
  return (
    <QueryClientProvider client={client}>
      <LiveProvider>{children}</LiveProvider>
    </QueryClientProvider>
  )
}

function Page({ path }: { path: string }) {
  if (path === '/' || path === '/login') return <Waiting />
  if (path === '/console') return <ConsolePage />
  if (path === '/usage') return <UsagePage />
  if (path === '/tasks') return <TasksPage />
  if (path === '/schedules') return <SchedulesPage />
  if (path === '/presets') return <PresetsPage />
  const presetName = presetNameIn(path)
  if (presetName !== undefined) return <PresetsPage name={presetName} />
  const taskId = /^\/tasks\/([^/]+)$/.exec(path)?.[1]
  if (taskId !== undefined) return <TasksPage taskId={taskId} />
  return <NotFoundPage />
}

function presetNameIn(path: string): string | undefined {
  try {
    const name = /^\/presets\/([^/]+)$/.exec(path)?.[1]
    return name && decodeURIComponent(name)
  } catch {
    return undefined
  }
}

function Waiting() {
  return (
    <Center mih="40vh">
      <Loader type="dots" />
    </Center>
  )
}
