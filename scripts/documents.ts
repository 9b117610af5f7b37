import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { updateScaleDocument } from '../bench/scale/document.ts'
import { settingsDocument } from '#src/settings/document.ts'

// node scripts/documents.ts: writes the documents that are made from code.

const root = fileURLToPath(new URL('../', import.meta.url))
writeFileSync(`${root}docs/settings.md`, settingsDocument(root))
updateScaleDocument()
