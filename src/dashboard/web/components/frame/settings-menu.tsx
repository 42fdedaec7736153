import { ActionIcon, type MantineColorScheme, Menu, useMantineColorScheme } from '@mantine/core'
import {
  IconCheck,
  IconDeviceDesktop,
  IconLanguage,
  IconLogout,
  IconMoon,
  IconSettings,
  IconSun,
} from '@tabler/icons-react'
import type { Lang } from '../../../../core/text/lang.ts'
import { useSession } from '../../api/session.tsx'
import { useText } from '../../text/text.tsx'

const langs: readonly { lang: Lang; label: string }[] = [
  { lang: 'zh', label: '中文' },
  { lang: 'en', label: 'English' },
]

/** Language, appearance and the way out. Without a session only the first two. */
export function SettingsMenu({ canSignOut = true }: { canSignOut?: boolean }) {
  const { text, lang, setLang } = useText()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const { signOut } = useSession()
  const schemes: readonly { scheme: MantineColorScheme; label: string; icon: typeof IconSun }[] = [
    { scheme: 'light', label: text.settings.light, icon: IconSun },
    { scheme: 'dark', label: text.settings.dark, icon: IconMoon },
    { scheme: 'auto', label: text.settings.auto, icon: IconDeviceDesktop },
  ]
  const check = <IconCheck size={15} />
  return (
    <Menu position="bottom-end" width={200} shadow="md">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={text.settings.label} data-testid="settings">
          <IconSettings size={19} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{text.settings.language}</Menu.Label>
        {langs.map(({ lang: one, label }) => (
          <Menu.Item
            key={one}
            lang={one}
            leftSection={<IconLanguage size={16} />}
            rightSection={one === lang ? check : undefined}
            data-testid={`lang-${one}`}
            onClick={() => setLang(one)}
          >
            {label}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Label>{text.settings.theme}</Menu.Label>
        {schemes.map(({ scheme, label, icon: Icon }) => (
          <Menu.Item
            key={scheme}
            leftSection={<Icon size={16} />}
            rightSection={scheme === colorScheme ? check : undefined}
            data-testid={`theme-${scheme}`}
            onClick={() => setColorScheme(scheme)}
          >
            {label}
          </Menu.Item>
        ))}
        {canSignOut && (
          <>
            <Menu.Divider />
            <Menu.Item
              leftSection={<IconLogout size={16} />}
              data-testid="sign-out"
              onClick={() => void signOut().catch(() => undefined)}
            >
              {text.settings.signOut}
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}
