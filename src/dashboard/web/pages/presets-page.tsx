import { Button } from '@mantine/core'
import { IconMasksTheater } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useCallback, useRef, useState } from 'react'
import { presetsQuery } from '../api/queries.ts'
import { CardList, CardPage } from '../components/frame/card-page.tsx'
import { Faults } from '../components/frame/faults.tsx'
import { Notice } from '../components/frame/notice.tsx'
import { PresetCard } from '../components/presets/preset-card.tsx'
import { PresetEditor } from '../components/presets/preset-editor.tsx'
import { navigate, usePlace } from '../router.tsx'
import { useText } from '../text/text.tsx'

/** The presets, and the one that is edited: beside the list, on a phone over it. */
export function PresetsPage({ name }: { name?: string }) {
  const { text } = useText()
  const { query } = usePlace()
  const { data: list, error, refetch } = useQuery(presetsQuery)
  const [saves, setSaves] = useState(0)
  const isDirty = useRef(false)
  const setIsDirty = useCallback((is: boolean) => {
    isDirty.current = is
  }, [])
  const words = text.presets
  const isNew = name === undefined && query.has('new')
  const found = list?.presets.find((preset) => preset.name === name)
  const [edited, setEdited] = useState(found)
  if (found !== undefined && found !== edited) setEdited(found)
  // Deleted by somebody else while it is being changed here: what is written stays, and saving makes it anew.
  const open = found ?? (edited?.name === name && isDirty.current ? edited : undefined)
  const isMissing = name !== undefined && list !== undefined && open === undefined
  const close = () => {
    if (!isDirty.current || window.confirm(words.unsaved)) navigate('/presets')
  }
  const changed = (saved?: string) => {
    navigate(saved === undefined ? '/presets' : `/presets/${encodeURIComponent(saved)}`, { replace: true })
    setSaves((count) => count + 1)
  }

  const editor = isMissing ? (
    <Notice icon={<IconMasksTheater />} title={words.missing}>
      <Button variant="light" onClick={close}>
        {text.panel.close}
      </Button>
    </Notice>
  ) : (
    (isNew || open) && (
      <PresetEditor
        // What is written here stays when somebody else saves the same one meanwhile.
        key={`${open?.name} ${saves}`}
        preset={open}
        onClose={close}
        onChanged={changed}
        onDirty={setIsDirty}
      />
    )
  )

  return (
    <CardPage
      title={words.title}
      lead={words.lead}
      add={{ label: words.add, testId: 'preset-new', onClick: () => navigate('/presets?new') }}
      drawer={{
        isOpen: isNew || open !== undefined || isMissing,
        onClose: close,
        size: 600,
        label: isNew ? words.addTitle : words.title,
        content: editor,
      }}
    >
      {list && <Faults faults={list.faults} title={words.faults} testId="preset-faults" />}
      <CardList
        items={list?.presets.map((preset) => (
          <PresetCard key={preset.name} preset={preset} isUsual={preset.name === list?.usual} />
        ))}
        error={error}
        reload={refetch}
        icon={<IconMasksTheater />}
        empty={words.empty}
        emptyHint={words.emptyHint}
        narrowest={320}
        skeletonHeight={150}
      />
    </CardPage>
  )
}
