import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { updateScaleDocument } from '../bench/scale/document.ts'
import { settingsDocument } from '#src/settings/document.ts'
import { declarations } from '#src/shop.ts'
import { dataModelDocument } from './data-model/document.ts'
import { decisionIndex } from './decisions.ts'
import { eventsDocument } from './events-document.ts'
import { apiGuide } from './roles-document.ts'

// node scripts/documents.ts: writes the documents that are made from code.

const root = fileURLToPath(new URL('../', import.meta.url))
writeFileSync(`${root}docs/settings.md`, settingsDocument(root, declarations))
writeFileSync(`${root}docs/data-model.md`, dataModelDocument(root))
writeFileSync(`${root}docs/decisions/README.md`, decisionIndex(root))
writeFileSync(`${root}docs/events.md`, eventsDocument(root))
writeFileSync(`${root}docs/api-guide.md`, apiGuide(root))
updateScaleDocument()
