import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Grant, grantAllows } from '../../../src/core/grant.ts'
import { day, noon, type StoreUnderTest, unique } from './samples.ts'

export function grantsContract(store: StoreUnderTest): void {
  const aGrant = (sample: Partial<Grant> = {}): Grant => ({
    subject: unique('staff:person'),
    scene: 'report',
    command: 'weekly',
    by: 'staff:admin',
    at: noon,
    ...sample,
  })
  const asks = (subject: string, scene = 'report', command = 'weekly', now = noon) =>
    store().grants.allows({ subjects: [unique('staff:other'), subject], scene, command }, now)

  describe('grants', () => {
    test('nobody may anything without one', async () => {
      expect(await asks(unique('staff:person'))).toBe(false)
      expect(await store().grants.allows({ subjects: [], scene: 'report', command: 'weekly' }, noon)).toBe(false)
    })

    test('one for a command is for that command', async () => {
      const grant = aGrant()
      await store().grants.put(grant, 'staff:admin', noon)
      expect(await asks(grant.subject)).toBe(true)
      expect(await asks(grant.subject, 'report', 'monthly')).toBe(false)
      expect(await asks(grant.subject, 'other', 'weekly')).toBe(false)
      expect(await asks(unique('staff:person'))).toBe(false)
    })

    test('a star is for all of a scene, and of all scenes', async () => {
      const [scene, all] = [aGrant({ command: '*' }), aGrant({ scene: '*', command: '*' })]
      await store().grants.put(scene, 'staff:admin', noon)
      await store().grants.put(all, 'staff:admin', noon)
      expect(await asks(scene.subject, 'report', 'monthly')).toBe(true)
      expect(await asks(scene.subject, 'other', 'monthly')).toBe(false)
      expect(await asks(all.subject, 'other', 'monthly')).toBe(true)
    })

    test('is good from its first moment until before its last', async () => {
      const grant = aGrant({ validFrom: noon, validUntil: noon + day })
      await store().grants.put(grant, 'staff:admin', noon - day)
      expect(await asks(grant.subject, 'report', 'weekly', noon - 1)).toBe(false)
      expect(await asks(grant.subject, 'report', 'weekly', noon)).toBe(true)
      expect(await asks(grant.subject, 'report', 'weekly', noon + day - 1)).toBe(true)
      expect(await asks(grant.subject, 'report', 'weekly', noon + day)).toBe(false)
    })

    test('the newer one replaces the older of the same subject, scene and command', async () => {
      const grant = aGrant({ validUntil: noon })
      await store().grants.put(grant, 'staff:admin', noon)
      await store().grants.put({ ...grant, validUntil: noon + day, by: 'staff:boss' }, 'staff:boss', noon)
      expect(await store().grants.list(grant.subject)).toEqual([{ ...grant, validUntil: noon + day, by: 'staff:boss' }])
      expect(await asks(grant.subject)).toBe(true)
    })

    test('removing takes it away, once', async () => {
      const grant = aGrant()
      await store().grants.put(grant, 'staff:admin', noon)
      expect(await store().grants.remove(grant.subject, 'report', '*', 'staff:admin', noon)).toBe(false)
      expect(await store().grants.remove(grant.subject, 'report', 'weekly', 'staff:admin', noon)).toBe(true)
      expect(await store().grants.remove(grant.subject, 'report', 'weekly', 'staff:admin', noon)).toBe(false)
      expect(await asks(grant.subject)).toBe(false)
      expect(await store().grants.list(grant.subject)).toEqual([])
    })

    test('lists those of one subject, and all', async () => {
      const [a, b] = [aGrant({ scene: 'a' }), aGrant({ scene: 'b' })]
      const second = { ...a, scene: 'c' }
      for (const grant of [a, b, second]) await store().grants.put(grant, 'staff:admin', noon)
      expect((await store().grants.list(a.subject)).map((grant) => grant.scene).sort()).toEqual(['a', 'c'])
      expect(await store().grants.list()).toEqual(expect.arrayContaining([a, b, second]))
    })

    test('says yes as its definition does, whatever the grants and the question', async () => {
      const scene = fc.constantFrom('report', 'other', '*')
      const moment = fc.option(fc.integer({ min: noon - 2, max: noon + 2 }), { nil: undefined })
      const grants = fc.array(fc.record({ scene, command: scene, validFrom: moment, validUntil: moment }), {
        maxLength: 4,
      })
      await fc.assert(
        fc.asyncProperty(grants, async (samples) => {
          const subject = unique('staff:person')
          const kept = new Map<string, Grant>()
          for (const sample of samples) {
            const grant = aGrant({ ...sample, subject })
            await store().grants.put(grant, 'staff:admin', noon)
            kept.set(`${grant.scene} ${grant.command}`, grant)
          }
          const question = { subjects: ['staff:other', subject], scene: 'report', command: 'report' }
          const expected = [...kept.values()].some((grant) => grantAllows(grant, question, noon))
          expect(await store().grants.allows(question, noon)).toBe(expected)
        }),
        { numRuns: 25 },
      )
    })

    test('every change is in the audit log, newest first: when, who, what', async () => {
      const grant = aGrant()
      await store().grants.put(grant, 'staff:boss', noon + 1)
      await store().grants.remove(grant.subject, 'report', 'nothing', 'staff:boss', noon + 2)
      await store().grants.remove(grant.subject, 'report', 'weekly', 'staff:boss', noon + 3)
      await store().grants.record({ at: noon + 4, by: 'operator', what: 'signed in\0' })
      const [signedIn, removed, put] = await store().grants.audit(3)
      expect(signedIn).toEqual({ at: noon + 4, by: 'operator', what: 'signed in' })
      for (const [line, at] of [
        [removed, noon + 3],
        [put, noon + 1],
      ] as const) {
        expect(line).toMatchObject({ at, by: 'staff:boss' })
        for (const word of [grant.subject, 'report', 'weekly']) expect(line?.what).toContain(word)
      }
      expect(removed?.what).not.toBe(put?.what)
      expect(await store().grants.audit(1)).toHaveLength(1)
    })
  })
}
