/**
 * Does `work` once for a task, as `step` does for a command: what comes of it is kept under the name, and a later
 * attempt gets that. Plain JSON; undefined is not kept, and neither is what it throws. A look that is kept before
 * what it leads to is done has the second attempt say and do the same.
 */
export type Once = <T>(name: string, work: () => Promise<T>) => Promise<T>
