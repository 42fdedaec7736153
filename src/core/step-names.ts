/** What is kept among the steps of a run beside those of its command; authors' names never begin so. */
export const ourSteps = /^(?:signal|wait|tools|said|undo|undone|scene):/
