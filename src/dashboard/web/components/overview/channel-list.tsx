import { Tooltip } from '@mantine/core'
import { IconPlayerPause, IconSend } from '@tabler/icons-react'
import type { Overview } from '../../../api/shapes.ts'
import { useNow } from '../../api/use-now.ts'
import { roughSpanText } from '../../text/format.ts'
import { useText } from '../../text/text.tsx'
import classes from './overview.module.css'

type ChannelState = Overview['channels'][number]

export function ChannelList({ channels }: { channels: readonly ChannelState[] }) {
  const { text } = useText()
  if (channels.length === 0) return <p className={classes.none}>{text.overview.noChannels}</p>
  return (
    <ul className={classes.channels}>
      {channels.map((channel) => (
        <ChannelLine key={channel.id} channel={channel} />
      ))}
    </ul>
  )
}

function ChannelLine({ channel }: { channel: ChannelState }) {
  const { text } = useText()
  const now = useNow()
  const { down, pausedUntil = 0, waiting } = channel
  const isPaused = pausedUntil > now
  return (
    <li className={classes.channel} data-testid="channel">
      <span className={classes.dot} data-tone={down ? 'bad' : isPaused ? 'warn' : 'good'} aria-hidden="true" />
      <span className={classes.channelName}>{channel.id}</span>
      {channel.platform !== channel.id && <span className={classes.platform}>{channel.platform}</span>}
      <span className={classes.channelState}>
        {waiting > 0 && (
          <Tooltip label={text.overview.outbox(waiting)}>
            <span className={classes.outbox}>
              <IconSend size={13} aria-hidden="true" />
              <span aria-hidden="true">{waiting}</span>
              <span className="unseen">{text.overview.outbox(waiting)}</span>
            </span>
          </Tooltip>
        )}
        {isPaused && (
          <span data-tone="warn">
            <IconPlayerPause size={13} aria-hidden="true" />
            {text.overview.pausedFor(roughSpanText(pausedUntil - now, text))}
          </span>
        )}
        {down ? (
          <span data-tone="bad">{text.overview.downSince(roughSpanText(now - down.since, text))}</span>
        ) : (
          !isPaused && <span>{text.overview.up}</span>
        )}
      </span>
      {down && <span className={classes.why}>{down.why}</span>}
    </li>
  )
}
