/** At most `count` sends in any `windowMs` (a sliding window, not a calendar one). */
export interface Limit {
  count: number
  windowMs: number
}
