import type { RunState } from '../../core/task/run.ts'
import type { Bilingual } from '../../core/text/lang.ts'

/** What people read of a task's state. */
export const stateWords: Record<RunState, Bilingual> = {
  waiting: { zh: '排队中', en: 'waiting' },
  running: { zh: '进行中', en: 'running' },
  done: { zh: '完成', en: 'done' },
  refused: { zh: '未受理', en: 'refused' },
  failed: { zh: '失败', en: 'failed' },
  cancelled: { zh: '已取消', en: 'cancelled' },
  ignored: { zh: '已忽略', en: 'ignored' },
}
