import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { scriptOptions } from '#src/commands/line/common-options.ts'

// npm run check: what needs no database, in seconds. Types, lint, format and the rules of the house, all at once.

const USAGE = 'npm run check: types, lint, format and the rules of the house'
scriptOptions(USAGE, {})

const BIN = 'node_modules/.bin'

const checks: readonly { readonly name: string; readonly command: readonly string[]; readonly fix?: string }[] = [
  { name: 'types', command: [`${BIN}/tsc`, '-p', '.'] },
  { name: 'lint', command: [`${BIN}/oxlint`, '--deny-warnings', '.'] },
  { name: 'format', command: [`${BIN}/oxfmt`, '--check'], fix: `${BIN}/oxfmt` },
  {
    name: 'architecture',
    command: [
      process.execPath,
      '--test',
      '--test-reporter=./scripts/reporter.ts',
      'test/architecture/architecture.test.ts',
      'test/architecture/words.test.ts',
    ],
  },
  {
    name: 'events',
    command: [process.execPath, '--test', '--test-reporter=./scripts/reporter.ts', 'test/documents/events.test.ts'],
    fix: 'node scripts/release-events.ts, where events were added or have grown',
  },
  {
    name: 'documents',
    command: [process.execPath, '--test', '--test-reporter=./scripts/reporter.ts', 'test/documents/documents.test.ts'],
    fix: 'node scripts/documents.ts, where a generated page (settings, data model, index of decisions) is stale',
  },
]

const run = async ({ name, command, fix }: (typeof checks)[number]): Promise<boolean> => {
  const [file, ...args] = command as [string, ...string[]]
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
  }
  const [code] = await once(child, 'close')
  console.log(code === 0 ? `✔ ${name}` : `✖ ${name}\n${said.trim()}${fix ? `\nTo put it right: ${fix}` : ''}`)
  return code === 0
}

const passed = await Promise.all(checks.map(run))
process.exitCode = passed.every(Boolean) ? 0 : 1
