import { BrandMark } from '../frame/brand.tsx'
import classes from './console.module.css'

/** Grounds on which white can be read. */
const grounds = ['#4a5f9e', '#7a4f8f', '#9a4a5c', '#8a5a1f', '#3f7042', '#2f6f8f', '#5d5aa8', '#7c5a3f']

export function PersonAvatar({ id, name }: { id: string; name: string }) {
  const sum = [...id].reduce((total, letter) => (total * 31 + (letter.codePointAt(0) ?? 0)) % 9973, 7)
  return (
    <span className={classes.avatar} style={{ background: grounds[sum % grounds.length] }} aria-hidden="true">
      {[...name][0]}
    </span>
  )
}

export function BotAvatar() {
  return (
    <span className={classes.avatar}>
      <BrandMark size={34} />
    </span>
  )
}
