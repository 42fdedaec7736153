/**
 * How long to wait before the next try: half a second, doubling to ten, ±20 % so that browsers do not come back in
 * step.
 */
export function backoffMs(failures: number): number {
  return Math.min(10_000, 500 * 2 ** failures) * (0.8 + Math.random() * 0.4)
}
