import type { replayZh } from './replay-zh.ts'

/** What the dashboard says of replays, in English. */
export const replayEn: typeof replayZh = {
  action: {
    replay: 'Replay',
    replayTask: (name) => `Replay task ${name}`,
    replayAsk: 'Run this message again with the code of now',
    replayHint: 'It becomes a new task and leaves this one as it is. It runs under the grants its person has now.',
    replayDry: 'Dry run',
    replayDryHint:
      'Sends nothing, does nothing in chats, asks nobody, waits for nothing. Models are asked, and the code inside steps runs for real. What it says is shown beside the old answers.',
    replayYes: 'Replay',
    replayNo: 'No',
    replayed: (name) => `Replay begun: ${name}`,
  },
  detail: {
    replays: 'Replay of',
    dry: 'dry run',
    replayTitle: 'Beside the old answers',
    replayWas: (state) => `The other one: ${state}`,
    replaySilent: 'Neither says anything.',
    answer: 'Answer',
    changes: { same: 'same', changed: 'changed', added: 'new', removed: 'gone' },
    oldLine: 'old',
    newLine: 'new',
  },
}
