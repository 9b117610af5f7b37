// Writes a JSON schema for each kind of Kubernetes, as kubeconform reads them, from the OpenAPI document of a version:
//   node deploy/kubernetes-schemas.mjs <k8s.io/kubernetes>/api/openapi-spec/swagger.json FOLDER
// Strict: a field that does not exist is a mistake, as a misspelt one would be.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const [from, to] = process.argv.slice(2)
const { definitions } = JSON.parse(readFileSync(from, 'utf8'))

const strict = (schema) => {
  if (Array.isArray(schema)) return schema.map(strict)
  if (schema === null || typeof schema !== 'object') return schema
  const fresh = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, strict(value)]))
  if (fresh.format === 'int-or-string') return { oneOf: [{ type: 'string' }, { type: 'integer' }] }
  if (fresh.properties && fresh.additionalProperties === undefined) fresh.additionalProperties = false
  return fresh
}

const all = Object.fromEntries(Object.entries(definitions).map(([name, schema]) => [name, strict(schema)]))
// Quantities may be numbers too.
all['io.k8s.apimachinery.pkg.api.resource.Quantity'] = { oneOf: [{ type: 'string' }, { type: 'number' }] }
mkdirSync(to, { recursive: true })
writeFileSync(join(to, '_definitions.json'), JSON.stringify({ definitions: all }))
for (const [name, { 'x-kubernetes-group-version-kind': kinds = [] }] of Object.entries(definitions))
  for (const { group, version, kind } of kinds) {
    const parts = [kind, ...(group ? [group.split('.')[0]] : []), version]
    const path = join(to, `${parts.join('-').toLowerCase()}.json`)
    writeFileSync(path, JSON.stringify({ $ref: `_definitions.json#/definitions/${name}` }))
  }
