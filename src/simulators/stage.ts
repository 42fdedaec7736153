import { playOnebot } from './onebot/demo.ts'
import type { Played } from './played.ts'
import { playWecom } from './wecom/demo.ts'

/** The platforms that the demo plays, a line each. */
const players: readonly (() => Promise<Played>)[] = [playWecom, playOnebot]

export function playAll(): Promise<Played[]> {
  return Promise.all(players.map((play) => play()))
}
