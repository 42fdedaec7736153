import { Button, Drawer, Skeleton } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import type { CSSProperties, ReactNode } from 'react'
import { useMessage } from '../../api/use-message.ts'
import { useText } from '../../text/text.tsx'
import classes from './card-page.module.css'
import { Notice } from './notice.tsx'

/** A page of cards, and the form beside it, on a phone over it. */
export function CardPage({
  title,
  lead,
  add,
  drawer,
  children,
}: {
  title: string
  lead: string
  add: { label: string; testId: string; onClick: () => void }
  drawer: { isOpen: boolean; onClose: () => void; size: number; label: string; content: ReactNode }
  children: ReactNode
}) {
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <h1 className={classes.title}>{title}</h1>
        <Button leftSection={<IconPlus size={17} />} onClick={add.onClick} data-testid={add.testId}>
          {add.label}
        </Button>
        <p className={classes.lead}>{lead}</p>
      </header>
      {children}
      <Drawer
        opened={drawer.isOpen}
        onClose={drawer.onClose}
        position="right"
        size={drawer.size}
        withCloseButton={false}
        padding={0}
        classNames={{ content: classes.drawer, body: classes.drawerBody }}
        overlayProps={{ backgroundOpacity: 0.25 }}
        aria-label={drawer.label}
      >
        {drawer.content}
      </Drawer>
    </div>
  )
}

/** The cards themselves: while they come, when there are none, and when they cannot be had. */
export function CardList({
  items,
  error,
  reload,
  icon,
  empty,
  emptyHint,
  narrowest,
  skeletonHeight,
}: {
  /** Undefined until they are there. */
  items: readonly ReactNode[] | undefined
  error: Error | null
  reload: () => Promise<unknown>
  icon: ReactNode
  empty: string
  emptyHint: string
  /** No card is narrower where there is room, in px. */
  narrowest: number
  skeletonHeight: number
}) {
  const { text } = useText()
  const messageOf = useMessage()
  // The cast holds: React takes custom properties, its types do not know them.
  const style = { '--narrowest': `${narrowest}px` } as CSSProperties
  if (error && items === undefined) {
    return (
      <Notice icon={icon} title={messageOf(error)} isAlert>
        <Button variant="light" onClick={() => void reload()}>
          {text.errors.again}
        </Button>
      </Notice>
    )
  }
  if (items === undefined) {
    return (
      <div className={classes.cards} style={style} aria-hidden="true">
        {[0, 1, 2].map((place) => (
          <Skeleton key={place} height={skeletonHeight} />
        ))}
      </div>
    )
  }
  if (items.length === 0) return <Notice icon={icon} title={empty} hint={emptyHint} />
  return (
    <ul className={classes.cards} style={style}>
      {items}
    </ul>
  )
}
