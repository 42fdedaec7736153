import { expect, test } from 'vitest'
import { isAuthorsStep } from '../../../src/core/task/step-name.ts'

test.for([
  'signal:a',
  'wait:sleep:a',
  'tools:1',
  'said:answer',
  'undo:hotel',
  'undone:hotel',
  'scene:version:0',
  'last:0',
])('what the engine keeps as %s is no step of an author', (name) => {
  expect(isAuthorsStep(name)).toBe(false)
})

test.for(['rows', 'undoing', 'a:b', 'the scene: second'])('a step may be called %s', (name) => {
  expect(isAuthorsStep(name)).toBe(true)
})
