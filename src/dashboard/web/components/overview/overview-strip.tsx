import { Skeleton, UnstyledButton, useMatches } from '@mantine/core'
import { IconChevronDown } from '@tabler/icons-react'
import { useState } from 'react'
import type { Overview } from '../../../api/shapes.ts'
import { useOverview } from '../../api/use-overview.ts'
import { useText } from '../../text/text.tsx'
import { Faults } from '../frame/faults.tsx'
import { ChannelList } from './channel-list.tsx'
import { LaneMeter } from './lane-meter.tsx'
import classes from './overview.module.css'
import { StoreLine } from './store-line.tsx'

/** How it goes at a glance: lanes, channels, store. On a phone one line that unfolds. */
export function OverviewStrip() {
  const { text } = useText()
  const overview = useOverview()
  const isFolding = useMatches({ base: true, sm: false }, { getInitialValueInEffect: false })
  const [isOpen, setIsOpen] = useState(false)
  if (!overview) return <Skeleton height={isFolding ? 44 : 118} radius="md" />
  return (
    <section aria-label={text.overview.label} className={classes.strip} data-testid="overview">
      <Faults faults={overview.sceneFaults} title={text.overview.faults} testId="scene-faults" />
      {isFolding && (
        <UnstyledButton className={classes.fold} aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
          <Summary overview={overview} />
          <IconChevronDown className={classes.chevron} size={18} aria-hidden="true" />
        </UnstyledButton>
      )}
      {(!isFolding || isOpen) && (
        <div className={classes.panels}>
          <div className={classes.panel}>
            <h2 className={classes.heading}>{text.overview.lanes}</h2>
            <ul className={classes.lanes}>
              {overview.lanes.map((lane) => (
                <LaneMeter key={lane.name} lane={lane} />
              ))}
            </ul>
          </div>
          <div className={classes.panel}>
            <h2 className={classes.heading}>
              {text.overview.channels}
              <StoreLine overview={overview} />
            </h2>
            <ChannelList channels={overview.channels} />
          </div>
        </div>
      )}
    </section>
  )
}

function Summary({ overview }: { overview: Overview }) {
  const { text } = useText()
  const sum = (pick: (lane: Overview['lanes'][number]) => number) =>
    overview.lanes.reduce((total, lane) => total + pick(lane), 0)
  const up = overview.channels.filter(({ down }) => !down).length
  const isWell = overview.store.up && up === overview.channels.length
  return (
    <span className={classes.summary}>
      <span className={classes.dot} data-tone={isWell ? 'good' : 'bad'} aria-hidden="true" />
      <span>
        {text.states.running} <b>{sum((lane) => lane.active)}</b>
      </span>
      <span>
        {text.states.waiting} <b>{sum((lane) => lane.waiting + lane.delayed)}</b>
      </span>
      <span data-tone={up < overview.channels.length ? 'bad' : undefined}>
        {text.overview.channels}{' '}
        <b>
          {up}/{overview.channels.length}
        </b>
      </span>
      {!overview.store.up && <span data-tone="bad">{text.overview.storeDown}</span>}
    </span>
  )
}
