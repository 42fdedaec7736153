import type { Bilingual } from '#scene'

/** Why a question about a file cannot be answered, as its asker reads it. */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly sentence: Bilingual
  constructor(sentence: Bilingual, options?: ErrorOptions) {
    super(sentence.en, options)
    this.sentence = sentence
  }
}
