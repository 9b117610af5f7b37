// The image's health check: asks the process of this container whether it is ready. Which port that is on follows from
// how the process was started, so that one image serves every host: the placement's port, or PORT for the whole shop.
import { readFileSync } from 'node:fs'

const words = readFileSync('/proc/1/cmdline', 'utf8').split('\0')
const option = (name) => {
  const at = words.indexOf(`--${name}`)
  return at < 0 ? undefined : words[at + 1]
}

const portOf = () => {
  const placement = option('placement') ?? process.env.JANGTEO_PLACEMENT
  if (!words.includes('serve')) return process.env.PORT || 3000
  if (!placement) return option('port') ?? 4000
  return JSON.parse(readFileSync(placement, 'utf8')).hosts.find((each) => each.name === option('host')).port
}

try {
  const answer = await fetch(`http://127.0.0.1:${portOf()}/health/ready`, { signal: AbortSignal.timeout(3_000) })
  if (!answer.ok) throw new Error(await answer.text())
} catch (error) {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
