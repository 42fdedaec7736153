/** What the dashboard says of replays, in Chinese. */
export const replayZh = {
  action: {
    replay: '重放',
    replayTask: (name: string) => `重放任务 ${name}`,
    replayAsk: '用现在的代码再跑一遍这条消息',
    replayHint: '会成为一个新任务，原任务不变，按提问人现在的权限执行。',
    replayDry: '试运行',
    replayDryHint: '不发送、不操作、不问人、不等待；会问模型，步骤里的代码会真的执行。结果和原来的答复对比。',
    replayYes: '重放',
    replayNo: '不了',
    replayed: (name: string) => `重放已开始：${name}`,
  },
  detail: {
    replays: '重放自',
    dry: '试运行',
    replayTitle: '和原来的答复相比',
    replayWas: (state: string) => `原任务：${state}`,
    replaySilent: '两次都没有说话。',
    answer: '答复',
    changes: { same: '相同', changed: '有变化', added: '新增', removed: '没有了' },
    oldLine: '原来',
    newLine: '现在',
  },
}
