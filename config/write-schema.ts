import { writeFileSync } from 'node:fs'
import { editorSchema } from './editor-schema.ts'

writeFileSync(new URL('huitou.schema.json', import.meta.url), `${JSON.stringify(editorSchema(), undefined, 2)}\n`)
