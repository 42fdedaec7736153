import { Button, Code } from '@mantine/core'
import { IconMoodSad } from '@tabler/icons-react'
import { Component, type ReactNode } from 'react'
import { useText } from '../../text/text.tsx'
import { Notice } from './notice.tsx'

interface State {
  error: Error | undefined
}

/** Keeps a fault in one page from leaving a blank one. */
export class ErrorBoundary extends Component<{ children: ReactNode }, State> {
  override state: State = { error: undefined }

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  override render() {
    return this.state.error ? <Broken error={this.state.error} /> : this.props.children
  }
}

function Broken({ error }: { error: Error }) {
  const { text } = useText()
  return (
    <Notice icon={<IconMoodSad />} title={text.errors.broken} hint={text.errors.brokenHint} isAlert>
      <Code block>{error.message}</Code>
      <Button onClick={() => location.reload()}>{text.errors.reload}</Button>
    </Notice>
  )
}
