/**
 * A frame or body as JSON. Whole numbers that a double cannot hold (ids of 19 digits) stay what they are, as texts.
 * Undefined when it is no JSON object.
 */
export function readFrame(text: string): Record<string, unknown> | undefined {
  try {
    const frame: unknown = JSON.parse(text, keepDigits)
    return typeof frame === 'object' && frame !== null && !Array.isArray(frame) ? { ...frame } : undefined
  } catch {
    return undefined
  }
}

function keepDigits(_key: string, value: unknown, { source }: { source?: string } = {}): unknown {
  const isRounded = typeof value === 'number' && !Number.isSafeInteger(value)
  return isRounded && source !== undefined && /^-?\d+$/.test(source) ? source : value
}
