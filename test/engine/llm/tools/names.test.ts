import fc from 'fast-check'
import { expect, test } from 'vitest'
import { idSchema } from '../../../../src/core/message/message.ts'
import { childId, childIdsIn, questionKey, toolName, turnStep } from '../../../../src/engine/llm/tools/names.ts'

test('any command gets a name that models’ APIs take, and no two share one', () => {
  expect(toolName('demo', 'dice')).toBe('demo__dice')
  expect(toolName('报表', '周报')).toMatch(/^____+_[0-9a-f]{8}$/)
  const word = fc.string({ minLength: 1, maxLength: 64, unit: 'grapheme' })
  fc.assert(
    fc.property(word, word, word, word, (scene, command, otherScene, otherCommand) => {
      const one = toolName(scene, command)
      expect(one).toMatch(/^[\w-]{1,64}$/)
      const isSame = `${scene}__${command}` === `${otherScene}__${otherCommand}`
      expect(toolName(otherScene, otherCommand) === one).toBe(isSame)
    }),
  )
})

test('the tasks that were called are found again by the turns that are kept', () => {
  const question = questionKey(0, '今天天气如何', 1)
  const ids = [1, 2].map((place) => childId('task-1', question, 3, place))
  expect(childIdsIn('task-1', [{ name: turnStep(question, 3), value: { text: '', calls: [{}, {}] } }])).toEqual(ids)
  expect(ids.every((id) => idSchema.safeParse(id).success)).toBe(true)
  expect(
    childIdsIn('task-1', [
      { name: 'tools:x:turn 1', value: null },
      { name: 'rows', value: { calls: [1] } },
    ]),
  ).toEqual([])
})

test('the same words asked twice are two questions, and asked again in a later generation a third', () => {
  const keys = [questionKey(0, 'hi', 1), questionKey(0, 'hi', 2), questionKey(1, 'hi', 1), questionKey(0, 'ho', 1)]
  expect(new Set(keys).size).toBe(4)
})
