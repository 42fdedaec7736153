/** What imports what: names of files, or of the rooms that they stand in. */
export type Arrows = ReadonlyMap<string, ReadonlySet<string>>

/** The groups in which each reaches each other by arrows (Tarjan's strongly connected components); those of one alone are none. */
export function circlesIn(arrows: Arrows): string[][] {
  const indexOf = new Map<string, number>()
  const open: string[] = []
  const circles: string[][] = []

  function visit(name: string): number {
    const index = indexOf.size
    indexOf.set(name, index)
    let lowest = index
    open.push(name)
    for (const next of arrows.get(name) ?? []) {
      if (!indexOf.has(next)) lowest = Math.min(lowest, visit(next))
      else if (open.includes(next)) lowest = Math.min(lowest, indexOf.get(next) ?? lowest)
    }
    if (lowest === index) {
      const circle = open.splice(open.indexOf(name))
      if (circle.length > 1) circles.push(circle.toSorted())
    }
    return lowest
  }

  for (const name of arrows.keys()) if (!indexOf.has(name)) visit(name)
  return circles
}

/** The same arrows between rooms. `roomOf` says in which room a file stands; undefined: in none that counts. */
export function betweenRooms(arrows: Arrows, roomOf: (file: string) => string | undefined): Arrows {
  const between = new Map<string, Set<string>>()
  for (const [file, targets] of arrows) {
    const from = roomOf(file)
    if (from === undefined) continue
    const known = between.get(from) ?? new Set()
    between.set(from, known)
    for (const target of targets) {
      const to = roomOf(target)
      if (to !== undefined && to !== from) known.add(to)
    }
  }
  return between
}
