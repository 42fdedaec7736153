/**
 * Whether an author gave a step this name; those that the engine keeps beside them have a word and a colon in front, as
 * authors' names never do.
 */
export function isAuthorsStep(name: string): boolean {
  return !/^(?:signal|wait|tools|said|undo|undone|scene|last):/.test(name)
}
