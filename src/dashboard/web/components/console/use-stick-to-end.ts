import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'

/** This near the end counts as being there. */
const NEAR_PX = 80

interface StickToEnd {
  ref: RefObject<HTMLDivElement | null>
  hasNewBelow: boolean
  toEnd(): void
  onScroll(): void
}

/**
 * Keeps a scrolled box at its end while things are added, unless its reader scrolled up. `force`: what was added is the
 * reader's own.
 */
export function useStickToEnd(box: string, newest: string | undefined, force: boolean): StickToEnd {
  const ref = useRef<HTMLDivElement>(null)
  const isAtEnd = useRef(true)
  const heightBefore = useRef(0)
  const [hasNewBelow, setHasNewBelow] = useState(false)

  const toEnd = useCallback(() => {
    const element = ref.current
    if (element) element.scrollTop = element.scrollHeight
    isAtEnd.current = true
    heightBefore.current = element?.scrollHeight ?? 0
    setHasNewBelow(false)
  }, [])

  // biome-ignore lint/correctness/useExhaustiveDependencies: another box is begun at its end
  useLayoutEffect(toEnd, [box, toEnd])
  useLayoutEffect(() => {
    const element = ref.current
    if (newest === undefined || !element) return
    // Measured, not remembered: the scroll event of this frame may still be on its way.
    isAtEnd.current &&= isNearEnd(element, heightBefore.current)
    heightBefore.current = element.scrollHeight
    if (isAtEnd.current || force) toEnd()
    else setHasNewBelow(true)
  }, [newest, force, toEnd])

  // Pictures and task cards grow after they were added, and a phone's keyboard shrinks the box.
  useEffect(() => {
    const element = ref.current
    const content = element?.firstElementChild
    if (!element || !content) return
    const observer = new ResizeObserver(() => {
      if (isAtEnd.current) toEnd()
      else heightBefore.current = element.scrollHeight
    })
    observer.observe(content)
    observer.observe(element)
    return () => observer.disconnect()
  }, [toEnd])

  const onScroll = useCallback(() => {
    const element = ref.current
    if (!element) return
    // The event of our own jump to the end comes after a picture may have grown below it, which the observer above is
    // yet to be told.
    isAtEnd.current = isNearEnd(element, element.scrollHeight) || isNearEnd(element, heightBefore.current)
    if (isAtEnd.current) setHasNewBelow(false)
  }, [])

  return { ref, hasNewBelow, toEnd, onScroll }
}

function isNearEnd({ scrollTop, clientHeight }: HTMLElement, height: number): boolean {
  return height - scrollTop - clientHeight < NEAR_PX
}
