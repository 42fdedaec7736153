const MOST_FILES = 500

/**
 * The files of an implementation: pictures, voices and files of both sides, under names of its own. The oldest are
 * thrown away.
 */
export class Shelf {
  readonly #files = new Map<string, { name: string; bytes: Buffer }>()
  #count = 0

  add(name: string, bytes: Buffer): string {
    const ending = /\.[a-z0-9]{1,5}$/i.exec(name)?.[0] ?? ''
    const id = `${++this.#count}${ending}`
    this.#files.set(id, { name, bytes })
    const [oldest] = this.#files.keys()
    if (this.#files.size > MOST_FILES && oldest !== undefined) this.#files.delete(oldest)
    return id
  }

  find(id: string): { name: string; bytes: Buffer } | undefined {
    return this.#files.get(id)
  }
}
