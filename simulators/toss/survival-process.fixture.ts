import { startSimulator } from './simulator.fixture.ts'
import { openDatabase } from '#engines/postgres/database.ts'
import { systemRuntime } from '#kernel/runtime.ts'
import { TOSS_SIMULATOR } from './simulator.ts'

// Run by survival.test.ts as a process of its own, to be killed without notice.
const [settings, webhookUrl] = process.argv.slice(2)
const runtime = systemRuntime()
const db = openDatabase(JSON.parse(settings!), { name: TOSS_SIMULATOR, runtime })
const toss = await startSimulator({ db, runtime, webhookUrl: () => webhookUrl, webhookAnswerWithin: 60_000 })
process.send!(toss.origin)
