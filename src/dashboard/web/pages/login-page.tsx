import { Alert, Button, PasswordInput } from '@mantine/core'
import { type FormEvent, useEffect, useState } from 'react'
import { ApiError } from '../api/http.ts'
import { useSession } from '../api/session.tsx'
import { useMessage } from '../api/use-message.ts'
import { useNow } from '../api/use-now.ts'
import { BrandMark } from '../components/frame/brand.tsx'
import { SettingsMenu } from '../components/frame/settings-menu.tsx'
import { waitText } from '../text/format.ts'
import { useText } from '../text/text.tsx'
import classes from './login-page.module.css'

export function LoginPage() {
  const { text, lang } = useText()
  const { signIn } = useSession()
  const messageOf = useMessage()
  const [password, setPassword] = useState('')
  const [isBusy, setIsBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const [closedUntil, setClosedUntil] = useState(0)
  const now = useNow(500)
  const waitSeconds = Math.max(0, Math.ceil((closedUntil - now) / 1000))

  useEffect(() => {
    if (closedUntil > 0 && waitSeconds === 0) {
      setClosedUntil(0)
      setError(undefined)
    }
  }, [closedUntil, waitSeconds])

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setIsBusy(true)
    setError(undefined)
    try {
      await signIn(password)
    } catch (fault) {
      setError(fault)
      if (fault instanceof ApiError && fault.waitSeconds) setClosedUntil(Date.now() + fault.waitSeconds * 1000)
      setIsBusy(false)
    }
  }

  return (
    <main className={classes.page}>
      <div className={classes.corner}>
        <SettingsMenu canSignOut={false} />
      </div>
      <form className={classes.card} onSubmit={(event) => void submit(event)}>
        <BrandMark size={52} />
        <h1 className={classes.title}>
          {text.brand} <span>{lang === 'zh' ? 'Huitou' : '回头'}</span>
        </h1>
        <p className={classes.lead}>{text.login.lead}</p>
        {/* For password managers, which want to know whose password it is. */}
        <input className="unseen" autoComplete="username" defaultValue="admin" tabIndex={-1} aria-hidden="true" />
        <PasswordInput
          className={classes.field}
          size="md"
          label={text.login.password}
          autoComplete="current-password"
          autoFocus
          required
          withAsterisk={false}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': text.login.show }}
          data-testid="login-password"
        />
        {error !== undefined && (
          <Alert className={classes.field} color="red" variant="light" role="alert" data-testid="login-error">
            {waitSeconds > 0 ? text.login.wait(waitText(waitSeconds, text)) : messageOf(error)}
          </Alert>
        )}
        <Button
          className={classes.field}
          size="md"
          type="submit"
          loading={isBusy}
          disabled={waitSeconds > 0}
          data-testid="login-submit"
        >
          {text.login.submit}
        </Button>
        <p className={classes.hint}>{text.login.hint}</p>
      </form>
    </main>
  )
}
