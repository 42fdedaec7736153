import { Router } from 'express'
import { StoreUnavailableError } from '../core/errors.ts'
import { isLinkGood } from '../core/file-link.ts'
import type { Store } from '../store/store.ts'

export interface FileLinksPorts {
  files: Pick<Store['files'], 'get'>
  /** What links are signed with. */
  key(): Promise<string>
  now(): number
}

/** Files that commands kept, opened by their link alone: it is signed, cannot be guessed, and ends with the file. */
export function fileLinks({ files, key, now }: FileLinksPorts): Router {
  const router = Router()
  router.get('/f/:id/:until/:signed', async (req, res) => {
    const { id, until, signed } = req.params
    try {
      const at = now()
      const isGood = isLinkGood(await key(), { fileId: id, until, signed }, at)
      const file = isGood ? await files.get(id, at) : undefined
      res.set({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'x-robots-tag': 'noindex' })
      if (file === undefined) {
        // One answer for all: whether a file is there is not for guessing.
        res
          .status(404)
          .type('text/plain')
          .send('文件不存在，或已过期。\nThere is no such file, or it is kept no longer.\n')
        return
      }
      // Not by Express, which adds a charset to texts.
      res.writeHead(200, {
        'content-type': file.type,
        'content-length': file.bytes.length,
        // Never shown in place: what it holds comes from strangers.
        'content-disposition': `attachment; filename*=UTF-8''${extendedValue(file.name)}`,
        'content-security-policy': "default-src 'none'; sandbox",
        'cache-control': 'private, no-store',
      })
      res.end(req.method === 'HEAD' ? undefined : Buffer.from(file.bytes))
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error
      res.status(503).type('text/plain').send('请稍后再试。\nPlease try again in a while.\n')
    }
  })
  return router
}

/** RFC 8187: `encodeURIComponent` leaves four characters that a header value must not have. */
function extendedValue(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll(
    /['()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16)}`,
  )
}
