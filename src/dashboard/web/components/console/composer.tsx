import { ActionIcon, FileButton, Textarea } from '@mantine/core'
import { IconPaperclip, IconSend2 } from '@tabler/icons-react'
import { type ClipboardEvent, type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import type { Part } from '../../../../core/message/part.ts'
import type { ConsoleChat } from '../../../api/console/shapes.ts'
import { useScenes } from '../../api/use-scenes.ts'
import { useText } from '../../text/text.tsx'
import type { Text } from '../../text/zh.ts'
import { AttachmentList } from './attachment-list.tsx'
import classes from './composer.module.css'
import { HintList } from './hint-list.tsx'
import { type Hint, hintsFor, leadOf } from './hints.ts'
import { mentionable, mentionHints, partsOfTyped } from './mentions.ts'
import { ReplyChip } from './reply-chip.tsx'
import type { useAttachments } from './use-attachments.ts'

interface ComposerProps {
  chat: ConsoleChat
  isWide: boolean
  attachments: ReturnType<typeof useAttachments>
  /** What is replied to. */
  quoted: string | undefined
  onDropQuote(): void
  onSay(parts: Part[]): void
}

function placeholderOf(chat: ConsoleChat, isWide: boolean, { console }: Text): string {
  if (mentionable(chat).length > 0) return isWide ? console.placeholderGroup : console.placeholderGroupShort
  return isWide ? console.placeholder : console.placeholderShort
}

/** Where one writes: Enter says it, Shift+Enter breaks the line, arrows and Tab take a hint. */
export function Composer({ chat, isWide, attachments, quoted, onDropQuote, onSay }: ComposerProps) {
  const { text, lang } = useText()
  const scenes = useScenes()
  const input = useRef<HTMLTextAreaElement>(null)
  const listId = useId()
  const [typed, setTyped] = useState('')
  const [chosen, setChosen] = useState(-1)
  const [areHintsShut, setAreHintsShut] = useState(false)
  const hints = areHintsShut
    ? []
    : [...mentionHints(typed, chat, text.console.theBot), ...hintsFor(typed, scenes, lang, leadOf(chat))]
  const hasSaying = typed.trim() !== '' || attachments.list.some(({ part }) => part)

  const type = (next: string) => {
    setTyped(next)
    setChosen(-1)
    setAreHintsShut(false)
  }

  const take = (hint: Hint) => {
    type(`${hint.words} `)
    setAreHintsShut(hint.usage === hint.words)
    input.current?.focus()
  }

  const say = () => {
    if (!hasSaying || attachments.isUploading) return
    const words: Part[] = typed.trim() === '' ? [] : partsOfTyped(typed.trim(), chat)
    onSay([...words, ...attachments.take()])
    type('')
    input.current?.focus()
  }

  useEffect(() => {
    if (quoted !== undefined) input.current?.focus()
  }, [quoted])

  const press = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    // While an input method is composing (pinyin), its keys are its own.
    if (event.nativeEvent.isComposing || event.keyCode === 229) return
    const hint = hints[Math.max(0, chosen)]
    if (hints.length > 0 && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      event.preventDefault()
      setChosen(
        (before) => (before + (event.key === 'ArrowDown' ? 1 : hints.length - (before < 0 ? 0 : 1))) % hints.length,
      )
    } else if (hint && (event.key === 'Tab' || (event.key === 'Enter' && chosen >= 0))) {
      event.preventDefault()
      take(hint)
    } else if (hint && event.key === 'Escape') {
      setAreHintsShut(true)
    } else if (event.key === 'Escape') {
      onDropQuote()
    } else if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault()
      say()
    }
  }

  const paste = (event: ClipboardEvent) => {
    const files = [...event.clipboardData.files]
    if (files.length === 0) return
    event.preventDefault()
    attachments.add(files)
  }

  return (
    <div className={classes.composer}>
      <div className={classes.column}>
        {hints.length > 0 && <HintList id={listId} hints={hints} chosen={chosen} onChoose={take} />}
        {quoted !== undefined && <ReplyChip quoted={quoted} onDrop={onDropQuote} />}
        <AttachmentList list={attachments.list} onRemove={attachments.remove} />
        <div className={classes.box}>
          <FileButton multiple onChange={(files) => attachments.add(files)}>
            {(props) => (
              <ActionIcon {...props} variant="subtle" color="gray" size={36} aria-label={text.console.attach}>
                <IconPaperclip size={19} />
              </ActionIcon>
            )}
          </FileButton>
          <Textarea
            ref={input}
            className={classes.input}
            variant="unstyled"
            autosize
            minRows={1}
            maxRows={8}
            autoFocus={isWide}
            value={typed}
            placeholder={placeholderOf(chat, isWide, text)}
            aria-label={text.console.placeholderShort}
            role="combobox"
            aria-expanded={hints.length > 0}
            aria-controls={listId}
            aria-autocomplete="list"
            aria-activedescendant={chosen >= 0 ? `${listId}-${chosen}` : undefined}
            onChange={(event) => type(event.currentTarget.value)}
            onKeyDown={press}
            onPaste={paste}
            data-testid="console-input"
          />
          <ActionIcon
            size={36}
            disabled={!hasSaying || attachments.isUploading}
            aria-label={text.console.send}
            onClick={say}
            data-testid="console-send"
          >
            <IconSend2 size={19} />
          </ActionIcon>
        </div>
      </div>
    </div>
  )
}
