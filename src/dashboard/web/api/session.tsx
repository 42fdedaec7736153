import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react'
import { fetchSession, onSignedOut, signIn, signOut } from './http.ts'

export type SessionState = 'loading' | 'unreachable' | 'out' | 'in'

interface SessionContext {
  state: SessionState
  /** Asks the server again who we are. */
  check(): Promise<void>
  signIn(password: string): Promise<void>
  signOut(): Promise<void>
}

const context = createContext<SessionContext | undefined>(undefined)

export function SessionProvider({ children }: { children: ReactNode }) {
  const [state, setState] = useState<SessionState>('loading')

  const check = useCallback(async () => {
    try {
      const session = await fetchSession()
      setState(session.signedIn ? 'in' : 'out')
    } catch {
      // Signed in and the server away: stay where we are, the live banner tells.
      setState((before) => (before === 'in' ? before : 'unreachable'))
    }
  }, [])

  useEffect(() => {
    onSignedOut(() => setState('out'))
    void check()
  }, [check])

  const value = useMemo<SessionContext>(
    () => ({
      state,
      check,
      async signIn(password) {
        await signIn(password)
        setState('in')
      },
      async signOut() {
        await signOut()
        setState('out')
      },
    }),
    [state, check],
  )
  return <context.Provider value={value}>{children}</context.Provider>
}

export function useSession(): SessionContext {
  const value = useContext(context)
  if (!value) throw new Error('useSession is used outside SessionProvider')
  return value
}
