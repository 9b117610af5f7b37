import { readFileSync, writeFileSync } from 'node:fs'

// Preloaded into each host of a test: all their wall clocks are ahead by as many milliseconds as the file JANGTEO_TEST_CLOCK
// says, so that a test moves the clock of a whole shop. Each notes in a file beside it what it goes by.

const file = process.env.JANGTEO_TEST_CLOCK
const now = Date.now
let ahead = 0
const look = () => {
  try {
    const told = Number(readFileSync(file, 'utf8'))
    if (told === ahead) return
    ahead = told
    writeFileSync(`${file}.${process.pid}`, String(ahead))
  } catch {
    // Not moved yet.
  }
}
if (file) {
  look()
  setInterval(look, 50).unref()
  Date.now = () => now() + ahead
}
