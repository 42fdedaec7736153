import { Button, Drawer, Skeleton } from '@mantine/core'
import { IconMasksTheater, IconPlus } from '@tabler/icons-react'
import { useCallback, useRef } from 'react'
import { useMessage } from '../api/use-message.ts'
import { type PresetsView, usePresets } from '../api/use-presets.ts'
import { Notice } from '../components/frame/notice.tsx'
import { PresetCard } from '../components/presets/preset-card.tsx'
import { PresetEditor } from '../components/presets/preset-editor.tsx'
import { PresetFaults } from '../components/presets/preset-faults.tsx'
import classes from '../components/presets/presets.module.css'
import { navigate, usePlace } from '../router.tsx'
import { useText } from '../text/text.tsx'

/** The presets, and the one that is edited: beside the list, on a phone over it. */
export function PresetsPage({ name }: { name?: string }) {
  const { text } = useText()
  const { query } = usePlace()
  const presets = usePresets()
  const isDirty = useRef(false)
  const setIsDirty = useCallback((is: boolean) => {
    isDirty.current = is
  }, [])
  const words = text.presets
  const isNew = name === undefined && query.has('new')
  const open = presets.list?.presets.find((preset) => preset.name === name)
  const isMissing = name !== undefined && presets.list !== undefined && open === undefined
  const close = () => {
    if (!isDirty.current || window.confirm(words.unsaved)) navigate('/presets')
  }
  const changed = (saved?: string) => {
    navigate(saved === undefined ? '/presets' : `/presets/${encodeURIComponent(saved)}`, { replace: true })
    void presets.reload()
  }

  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <h1 className={classes.title}>{words.title}</h1>
        <Button leftSection={<IconPlus size={17} />} onClick={() => navigate('/presets?new')} data-testid="preset-new">
          {words.add}
        </Button>
        <p className={classes.lead}>{words.lead}</p>
      </header>
      {presets.list && <PresetFaults faults={presets.list.faults} />}
      <List presets={presets} />
      <Drawer
        opened={isNew || open !== undefined || isMissing}
        onClose={close}
        position="right"
        size={600}
        withCloseButton={false}
        padding={0}
        classNames={{ content: classes.drawer, body: classes.drawerBody }}
        overlayProps={{ backgroundOpacity: 0.25 }}
        aria-label={isNew ? words.addTitle : words.title}
      >
        {isMissing && (
          <Notice icon={<IconMasksTheater />} title={words.missing}>
            <Button variant="light" onClick={close}>
              {words.close}
            </Button>
          </Notice>
        )}
        {(isNew || open) && (
          <PresetEditor
            key={`${open?.name} ${open?.edited?.at}`}
            preset={open}
            onClose={close}
            onChanged={changed}
            onDirty={setIsDirty}
          />
        )}
      </Drawer>
    </div>
  )
}

function List({ presets: { list, error, reload } }: { presets: PresetsView }) {
  const { text } = useText()
  const messageOf = useMessage()
  if (error && list === undefined) {
    return (
      <Notice icon={<IconMasksTheater />} title={messageOf(error)} isAlert>
        <Button variant="light" onClick={() => void reload()}>
          {text.errors.again}
        </Button>
      </Notice>
    )
  }
  if (list === undefined) {
    return (
      <div className={classes.cards} aria-hidden="true">
        {[0, 1, 2].map((place) => (
          <Skeleton key={place} height={150} />
        ))}
      </div>
    )
  }
  if (list.presets.length === 0) {
    return <Notice icon={<IconMasksTheater />} title={text.presets.empty} hint={text.presets.emptyHint} />
  }
  return (
    <ul className={classes.cards}>
      {list.presets.map((preset) => (
        <PresetCard key={preset.name} preset={preset} isUsual={preset.name === list.usual} />
      ))}
    </ul>
  )
}
