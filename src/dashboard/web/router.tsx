import type { AnchorHTMLAttributes, MouseEvent } from 'react'
import { useMemo, useSyncExternalStore } from 'react'

/** Where the browser is. Everything worth coming back to (page, task, filters, chat) is in the address. */
export interface Place {
  path: string
  query: URLSearchParams
}

const changed = new EventTarget()

export function navigate(to: string, { replace = false }: { replace?: boolean } = {}): void {
  if (to === location.pathname + location.search) return
  if (replace) history.replaceState(null, '', to)
  else history.pushState(null, '', to)
  changed.dispatchEvent(new Event('change'))
}

export function usePlace(): Place {
  const href = useSyncExternalStore(subscribe, () => location.pathname + location.search)
  return useMemo(() => {
    const url = new URL(href, location.origin)
    return { path: url.pathname.replace(/(.)\/+$/, '$1'), query: url.searchParams }
  }, [href])
}

/** A link inside the app; clicks with a modifier stay the browser's own. */
export function Link({ to, onClick, ...rest }: { to: string } & AnchorHTMLAttributes<HTMLAnchorElement>) {
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event)
    if (event.defaultPrevented || !isPlainClick(event)) return
    event.preventDefault()
    navigate(to)
  }
  return <a {...rest} href={to} onClick={follow} />
}

/** `path?query`, without the question mark when the query is empty. */
export function placeOf(path: string, query: URLSearchParams): string {
  const text = query.toString()
  return text ? `${path}?${text}` : path
}

function isPlainClick(event: MouseEvent): boolean {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey
}

function subscribe(notify: () => void): () => void {
  changed.addEventListener('change', notify)
  window.addEventListener('popstate', notify)
  return () => {
    changed.removeEventListener('change', notify)
    window.removeEventListener('popstate', notify)
  }
}
