import { listConsoleChats } from './console/chats.ts'
import { getConsoleMedia } from './console/media.ts'
import { getDelivery } from './deliveries/get.ts'
import { resendDelivery } from './deliveries/resend.ts'
import { getFile } from './files/get.ts'
import { uploadFile } from './files/upload.ts'
import { listAudit } from './grants/audit.ts'
import { listGrants } from './grants/list.ts'
import { putGrant } from './grants/put.ts'
import { removeGrant } from './grants/remove.ts'
import { pushMessage } from './messages/push.ts'
import { getDocument } from './openapi/get.ts'
import { getOverview } from './overview/get.ts'
import { liveOverview } from './overview/live.ts'
import { addPreset } from './presets/add.ts'
import { listPresets } from './presets/list.ts'
import { putPreset } from './presets/put.ts'
import { removePreset } from './presets/remove.ts'
import type { Route } from './route.ts'
import { listScenes } from './scenes/list.ts'
import { closeSession } from './session/close.ts'
import { getSession } from './session/get.ts'
import { openSession } from './session/open.ts'
import { cancelTask } from './tasks/cancel.ts'
import { createTask } from './tasks/create.ts'
import { getTask } from './tasks/get.ts'
import { listTasks } from './tasks/list.ts'
import { retryTask } from './tasks/retry.ts'
import { getUsage } from './usage/get.ts'
import { raiseBudget } from './usage/raise.ts'

const described: readonly Route[] = [
  pushMessage,
  getDelivery,
  resendDelivery,
  createTask,
  listTasks,
  getTask,
  cancelTask,
  retryTask,
  listGrants,
  putGrant,
  removeGrant,
  listAudit,
  getUsage,
  raiseBudget,
  listScenes,
  listPresets,
  addPreset,
  putPreset,
  removePreset,
  getOverview,
  liveOverview,
  listConsoleChats,
  getConsoleMedia,
  uploadFile,
  getFile,
  getSession,
  openSession,
  closeSession,
]

/** The whole API. */
export const routes: readonly Route[] = [...described, getDocument(described)]
