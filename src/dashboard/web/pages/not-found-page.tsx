import { Button } from '@mantine/core'
import { IconMapPinOff } from '@tabler/icons-react'
import { Notice } from '../components/frame/notice.tsx'
import { navigate } from '../router.tsx'
import { useText } from '../text/text.tsx'

export function NotFoundPage() {
  const { text } = useText()
  return (
    <Notice icon={<IconMapPinOff />} title={text.errors.notFound} hint={text.errors.notFoundHint}>
      <Button variant="light" onClick={() => navigate('/tasks')}>
        {text.errors.back}
      </Button>
    </Notice>
  )
}
