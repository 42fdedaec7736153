import { ActionIcon, CloseButton, Indicator, NativeSelect, TextInput } from '@mantine/core'
import { useDebouncedCallback, useMediaQuery } from '@mantine/hooks'
import { IconAdjustmentsHorizontal, IconFilterOff, IconSearch } from '@tabler/icons-react'
import { type ReactNode, useEffect, useId, useState } from 'react'
import { isFiltered, type TaskFilter } from '../../api/task-filter.ts'
import { useOverview } from '../../api/use-overview.ts'
import { useScenes } from '../../api/use-scenes.ts'
import { useText } from '../../text/text.tsx'
import classes from './filter.module.css'
import { StateChips } from './state-chips.tsx'

interface FilterBarProps {
  filter: TaskFilter
  onChange(change: Partial<TaskFilter>): void
  onClear(): void
}

export function FilterBar({ filter, onChange, onClear }: FilterBarProps) {
  const { text } = useText()
  const overview = useOverview()
  const isWide = useMediaQuery('(min-width: 48em)', true, { getInitialValueInEffect: false })
  const [isOpen, setIsOpen] = useState(false)
  const hasMore = filter.channel !== '' || filter.user !== '' || filter.command !== ''
  return (
    <search className={classes.bar}>
      <div className={classes.line}>
        <TypedInput
          className={classes.search}
          label={text.tasks.search}
          icon={<IconSearch size={16} />}
          value={filter.q}
          testId="filter-q"
          onChange={(q) => onChange({ q })}
        />
        {!isWide && (
          <Indicator disabled={!hasMore} size={8} offset={4}>
            <ActionIcon
              variant="default"
              size={36}
              aria-label={text.tasks.filters}
              aria-expanded={isOpen}
              onClick={() => setIsOpen(!isOpen)}
            >
              <IconAdjustmentsHorizontal size={18} />
            </ActionIcon>
          </Indicator>
        )}
        {(isWide || isOpen) && <MoreFilters filter={filter} onChange={onChange} />}
      </div>
      <div className={classes.line}>
        <StateChips chosen={filter.states} overview={overview} onChange={(states) => onChange({ states })} />
        {isFiltered(filter) && (
          <ActionIcon
            className={classes.clear}
            variant="subtle"
            color="gray"
            title={text.tasks.clear}
            aria-label={text.tasks.clear}
            onClick={onClear}
            data-testid="filter-clear"
          >
            <IconFilterOff size={17} />
          </ActionIcon>
        )}
      </div>
    </search>
  )
}

function MoreFilters({ filter, onChange }: Omit<FilterBarProps, 'onClear'>) {
  const { text } = useText()
  const overview = useOverview()
  const scenes = useScenes()
  const channels = new Set([
    ...(overview?.channels ?? []).map(({ id }) => id),
    ...(filter.channel ? [filter.channel] : []),
  ])
  const commands = new Set(scenes.flatMap((scene) => scene.commands.map(({ name }) => `${scene.name} ${name}`.trim())))
  return (
    <div className={classes.more}>
      <NativeSelect
        aria-label={text.tasks.channel}
        data={[{ value: '', label: text.tasks.anyChannel }, ...channels]}
        value={filter.channel}
        onChange={(event) => onChange({ channel: event.currentTarget.value })}
        data-testid="filter-channel"
      />
      <TypedInput
        label={text.tasks.command}
        placeholder={text.tasks.commandHint}
        value={filter.command}
        choices={[...commands]}
        testId="filter-command"
        onChange={(command) => onChange({ command: command.trim() })}
      />
      <TypedInput
        label={text.tasks.user}
        placeholder={text.tasks.userHint}
        value={filter.user}
        testId="filter-user"
        onChange={(user) => onChange({ user: user.trim() })}
      />
    </div>
  )
}

interface TypedInputProps {
  label: string
  placeholder?: string
  value: string
  testId: string
  className?: string
  icon?: ReactNode
  /** What the browser offers while one types. */
  choices?: readonly string[]
  onChange(value: string): void
}

/** Hands on what was typed once the typing pauses. */
function TypedInput({
  label,
  placeholder = label,
  value,
  testId,
  className,
  icon,
  choices,
  onChange,
}: TypedInputProps) {
  const { text } = useText()
  const listId = useId()
  const [typed, setTyped] = useState(value)
  const later = useDebouncedCallback(onChange, 250)
  useEffect(() => setTyped(value), [value])
  const type = (next: string) => {
    setTyped(next)
    later(next)
  }
  return (
    <>
      <TextInput
        className={className}
        aria-label={label}
        placeholder={placeholder}
        leftSection={icon}
        value={typed}
        onChange={(event) => type(event.currentTarget.value)}
        rightSection={
          typed ? <CloseButton size="sm" aria-label={text.tasks.clearField} onClick={() => type('')} /> : undefined
        }
        list={choices && listId}
        data-testid={testId}
      />
      {choices && (
        <datalist id={listId}>
          {choices.map((choice) => (
            <option key={choice} value={choice} />
          ))}
        </datalist>
      )}
    </>
  )
}
