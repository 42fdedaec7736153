import fc from 'fast-check'
import { beforeEach, expect, test } from 'vitest'
import { openParking, type Parking } from '../../workers/parked.ts'

let called: string[]
let parking: Parking
beforeEach(() => {
  called = []
  parking = openParking((id) => void called.push(id))
})

test('one goes on, the others are called in the order they came', () => {
  expect(parking.enter('a', '1', 0)).toBe(true)
  for (const id of ['2', '3']) {
    expect(parking.enter('a', id, 0)).toBe(false)
    parking.park('a', id)
  }
  parking.leave('a', '1', 0)
  expect(called).toEqual(['2'])
  // Who comes in between does not overtake the one that was called.
  expect(parking.enter('a', '4', 0)).toBe(false)
  expect(parking.enter('a', '2', 0)).toBe(true)
  parking.leave('a', '2', 0)
  expect(called).toEqual(['2', '3'])
})

test('other keys do not wait', () => {
  expect(parking.enter('a', '1', 0)).toBe(true)
  expect(parking.enter('b', '2', 0)).toBe(true)
})

test('one whose turn came while it was put aside is called at once', () => {
  parking.enter('a', '1', 0)
  expect(parking.enter('a', '2', 0)).toBe(false)
  parking.leave('a', '1', 0)
  parking.park('a', '2')
  expect(called).toEqual(['2'])
})

test('one that was called and never comes is not waited for', () => {
  parking.enter('a', '1', 0)
  parking.enter('a', '2', 0)
  parking.park('a', '2')
  parking.leave('a', '1', 0)
  expect(parking.enter('a', '3', 59_999)).toBe(false)
  expect(parking.enter('a', '3', 60_000)).toBe(true)
})

test('whatever the interleaving, never two of a key at once and nobody is forgotten', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(4), { maxLength: 60 }), (moves) => {
      const queue = Array.from({ length: 8 }, (_, id) => String(id))
      const calls: string[] = []
      const lot = openParking((id) => void calls.push(id))
      const done: string[] = []
      let running: string | undefined
      const step = (move: number): void => {
        if (move === 0 && running !== undefined) {
          done.push(running)
          const ended = running
          running = undefined
          lot.leave('k', ended, 0)
          return
        }
        const id = move % 2 === 0 ? (calls.shift() ?? queue.shift()) : (queue.shift() ?? calls.shift())
        if (id === undefined) return
        if (lot.enter('k', id, 0)) {
          expect(running).toBeUndefined()
          running = id
        } else lot.park('k', id)
      }
      for (const move of moves) step(move)
      for (let rest = 0; rest < 100; rest++) step(rest % 3)
      expect(done.toSorted()).toEqual(Array.from({ length: 8 }, (_, id) => String(id)))
    }),
  )
})
