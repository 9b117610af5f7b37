// Preloaded into one host by the fault runs: its wall clock is off by as many milliseconds as JANGTEO_TEST_SKEW says.

const skew = Number(process.env.JANGTEO_TEST_SKEW ?? 0)
const now = Date.now
Date.now = () => now() + skew
const Plain = Date
globalThis.Date = class extends Plain {
  constructor(...given) {
    super(...(given.length === 0 ? [Plain.now()] : given))
  }
}
