const { HUITOU_TRIALS, HUITOU_SEED } = process.env

/** Whether this is `npm run trials`. */
export const isTrial = HUITOU_TRIALS !== undefined

/** Of everything random in a test, so that a run can be repeated: `npm run trials -- --seed 7`. */
export const seed = Number(HUITOU_SEED ?? 20_260_921)

/** How much of something a test does: a little in `npm test`, a lot in `npm run trials`. */
export function sized(inTests: number, inTrials: number): number {
  return isTrial ? inTrials : inTests
}
