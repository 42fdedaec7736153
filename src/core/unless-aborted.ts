/**
 * What `work` brings, or the error that `ended` makes when the signal comes first. The work goes on: others may wait
 * for it too.
 */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal, ended: () => Error): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(ended())
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
