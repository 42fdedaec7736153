import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import express, { Router } from 'express'
import helmet from 'helmet'

const distDir = fileURLToPath(new URL('./web/dist/', import.meta.url))
const YEAR_MS = 365 * 86_400_000

/** The browser app: its files, and its one page for every address of its own. Nothing from elsewhere may load in it. */
export function dashboardPages(): Router {
  const router = Router()
  router.use(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'self'"],
          // Mantine writes its variables and placements as inline styles.
          styleSrc: ["'self'", "'unsafe-inline'"],
          imgSrc: ["'self'", 'data:'],
          mediaSrc: ["'self'", 'data:'],
          connectSrc: ["'self'"],
          objectSrc: ["'none'"],
          baseUri: ["'none'"],
          frameAncestors: ["'none'"],
          formAction: ["'self'"],
        },
      },
      // Whether there is TLS in front is the operator's to say.
      strictTransportSecurity: false,
    }),
  )
  router.use('/assets', express.static(join(distDir, 'assets'), { immutable: true, maxAge: YEAR_MS, index: false }))
  router.use(express.static(distDir, { index: false, maxAge: 0 }))
  router.get('/{*path}', async (_req, res) => {
    res
      .set('cache-control', 'no-store')
      .type('html')
      .send(await readFile(join(distDir, 'index.html'), 'utf8'))
  })
  return router
}
