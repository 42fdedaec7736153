import { IconDownload, IconFile, IconMicrophone, IconPhoto, IconVideo } from '@tabler/icons-react'
import { useState } from 'react'
import type { Media, Part } from '../../../../core/message/part.ts'
import { useText } from '../../text/text.tsx'
import classes from './parts.module.css'
import { isOwnUrl, safeUrl } from './safe-url.ts'

type MediaPart = Extract<Part, { kind: 'image' | 'file' | 'voice' | 'video' }>

const icons = { image: IconPhoto, file: IconFile, voice: IconMicrophone, video: IconVideo }

/** A picture, sound or film where it can be shown here; otherwise, and for files, a line to download it by. */
export function MediaView({ part }: { part: MediaPart }) {
  const { text } = useText()
  const [isBroken, setIsBroken] = useState(false)
  const label = text.console[part.kind === 'image' ? 'picture' : part.kind]
  const address = addressOf(part.media, part.type)
  const isShowable = address !== undefined && !isBroken && (part.media.source !== 'url' || isOwnUrl(address))
  const broken = () => setIsBroken(true)

  if (isShowable && part.kind === 'image') {
    return (
      <a href={address} target="_blank" rel="noopener noreferrer">
        <img className={classes.picture} src={address} alt={part.name ?? label} onError={broken} />
      </a>
    )
  }
  if (isShowable && part.kind === 'voice') {
    // biome-ignore lint/a11y/useMediaCaption: a chat's voice message has no captions
    return <audio className={classes.sound} src={address} controls preload="metadata" onError={broken} />
  }
  if (isShowable && part.kind === 'video') {
    return (
      <figure className={classes.film}>
        {/* biome-ignore lint/a11y/useMediaCaption: nor has a video */}
        <video src={address} controls preload="metadata" onError={broken} />
        {part.title && <figcaption>{part.title}</figcaption>}
      </figure>
    )
  }
  const Icon = icons[part.kind]
  const name = part.name ?? label
  const inner = (
    <>
      <Icon size={22} aria-hidden="true" />
      <span className={classes.fileName}>
        {name}
        <small>{address === undefined ? text.console.atPlatform : label}</small>
      </span>
      {address !== undefined && <IconDownload size={18} aria-label={text.console.download} />}
    </>
  )
  if (address === undefined) return <span className={classes.file}>{inner}</span>
  return (
    <a className={classes.file} href={address} download={name} target="_blank" rel="noopener noreferrer">
      {inner}
    </a>
  )
}

function addressOf(media: Media, type = 'application/octet-stream'): string | undefined {
  switch (media.source) {
    case 'kept':
      return `/api/files/${encodeURIComponent(media.fileId)}`
    case 'inline':
      return `data:${type};base64,${media.base64}`
    case 'url':
      return safeUrl(media.url)
    case 'platform':
      return undefined
  }
}
