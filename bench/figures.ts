export function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN
}

export function fixed(value: number, digits = 2): string {
  return value.toFixed(digits)
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
