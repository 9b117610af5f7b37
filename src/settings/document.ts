import { defaultOf, type Mode, type Setting } from '#kernel/settings/setting.ts'
import type { DeclaredSetting } from './declarations.ts'

/** The value a setting has when it is not given. A folder of this checkout is named from the checkout. */
const shownDefault = (setting: Setting<any>, mode: Mode, checkout: string): string => {
  const value = String(defaultOf(setting, mode))
  return value === '' ? '' : `\`${value.replace(checkout, '')}\``
}

const rowOf = ({ name, setting, services }: DeclaredSetting, checkout: string): string => {
  const [here, there] = (['development', 'production'] as const).map((mode) => shownDefault(setting, mode, checkout))
  const production = setting.needed ? '**must be given**' : there === here ? '' : there
  const notes = [
    setting.secret && 'never shown',
    setting.inProduction && 'checked more strictly in production',
    setting.live && '*live*',
  ]
  const about = [setting.about, ...notes.filter(Boolean).map((note) => `(${note})`)].join(' ')
  return `| \`${name}\` | ${here} | ${production} | ${about.replaceAll('|', '\\|')} | ${services.join(', ')} |`
}

/** `docs/settings.md`, written from the declared settings. */
export const settingsDocument = (checkout: string, settings: readonly DeclaredSetting[]): string => `# Settings

Written from \`src/settings/declared.ts\` (the process, the edge, the engines) and each service's \`settings.ts\` by
\`node scripts/documents.ts\`; a test keeps them alike.

Settings are environment variables. They are checked when the shop starts: everything wrong is told at once, with what
would be right. An empty one counts as not given. \`npm run status\` shows those in force, without secrets.

Those marked *live* can be changed while the shop runs, for all hosts at once, on the console's page \`/console/config\`
([how](procedures.md#change-a-setting)); what is set there goes before the environment variable.

\`JANGTEO_ENV\` is \`development\` or \`production\` (\`NODE_ENV=production\` means the same). Development brings simulators,
secrets of its own and a sample catalogue; production refuses all three.

| setting | by default | in production | what for | services that read it |
|---|---|---|---|---|
${settings.map((each) => rowOf(each, checkout)).join('\n')}

\`DATABASE_URL_<SERVICE>\`, such as \`DATABASE_URL_ORDER\`, gives one service a database server of its own.

A name in the environment that is nearly a setting, or begins with \`JANGTEO_\`, is named when the shop starts, with the
one that may be meant; the database of a service there is none of is refused.

In an address, characters that mean something there are written as in any: in a user or password # as \`%23\`, / as
\`%2F\`, ? as \`%3F\`, @ as \`%40\` and % as \`%25\`. What follows ? must be known, so that nothing is asked for in vain:

| address | encrypted by | options |
|---|---|---|
| \`postgres://\` | \`?sslmode=require\`, \`verify-ca\`, \`verify-full\`, \`no-verify\` (in any case, _ or -), \`?ssl=true\`, or PGSSLMODE where the address says nothing | \`sslrootcert\`, \`sslcert\`, \`sslkey\` (files), \`host\` (a socket), \`port\` |
| \`redis://\` | \`rediss://\` | \`family=4\`, \`family=6\`, \`db\` |
| \`http://\` | \`https://\` | |
| \`smtp://\` | \`smtps://\`; \`smtp://\` changes to TLS or sends nothing, but on this machine | \`tls=off\`, \`tls=on\` (on this machine too) |

Encryption that was asked for is never left out: a server that has none is refused. \`sslmode=prefer\` and \`allow\` are, too,
because they leave it to whoever answers.

The server that comes along is PostgreSQL: \`local.conf\` in its data directory overrides any of its settings.

\`JANGTEO_PLACEMENT\` names the file that says which host runs what, for \`npm run serve\`.

For tests and measurements only: \`JANGTEO_PAGES=off\` serves the API without pages, \`JANGTEO_SAMPLES=off\` starts with
an empty catalogue, and in development \`JANGTEO_CRASH_AT=order.place:after\` kills the shop at that durable step.
`
