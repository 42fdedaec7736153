/**
 * Ends what a simulator's process runs when it is told to stop, or when the parent that holds a channel to it is gone,
 * however that one ended.
 */
export function endWhenTold(...running: readonly { close(): Promise<void> }[]): void {
  const stop = (): void => {
    for (const each of running) void each.close()
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  process.once('disconnect', stop)
}
