import { IconExternalLink } from '@tabler/icons-react'
import classes from './parts.module.css'
import { isOwnUrl, safeUrl } from './safe-url.ts'

interface LinkViewProps {
  title: string
  url: string
  description?: string
  picture?: string
}

export function LinkView({ title, url, description, picture }: LinkViewProps) {
  const address = safeUrl(url)
  return (
    <a className={classes.link} href={address} target="_blank" rel="noopener noreferrer">
      {picture && isOwnUrl(picture) && <img src={picture} alt="" />}
      <span className={classes.linkText}>
        <b>{title}</b>
        {description && <small>{description}</small>}
        <small className={classes.host}>
          <IconExternalLink size={12} aria-hidden="true" />
          {address ? new URL(address).host : url}
        </small>
      </span>
    </a>
  )
}
