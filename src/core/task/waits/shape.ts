import { z } from 'zod'

/** What every wait has. It is known by its name in the command, as a step is. */
export const waitShape = {
  name: z.string(),
  untilMs: z.number(),
  /** Its run is looked at then already, before the time is over. */
  wakeMs: z.number().optional(),
}

/** What a wait has that people end. */
export const askedShape = {
  ...waitShape,
  /** The signal that ends it. */
  signal: z.string(),
  /**
   * Which of its task's it is: `12b` in the commands of people. One of an older version has none until somebody asks.
   */
  code: z.string().optional(),
}
