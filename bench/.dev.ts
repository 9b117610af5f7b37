import { prepareGround } from './ground.ts'
import { completePurchase, placeOrder, addToCart } from './scenarios/buying.ts'
import { productDetail } from './scenarios/reading.ts'
import { cpuOfTree } from './processes.ts'
const [, , origin, seconds, what, pid] = process.argv
const g = await prepareGround([origin!], {
  connections: Number(process.env.CONNS ?? 64),
  seconds: Number(seconds),
  staffPassword: 'password of the bench',
})
if (process.env.SIG) {
  process.kill(Number(pid), 'SIGUSR2')
  await new Promise((r) => setTimeout(r, 300))
}
const s = ({ place: placeOrder, detail: productDetail, cart: addToCart } as any)[what!] ?? completePurchase
await s.run({ ...g, seconds: 1 })
const b = cpuOfTree(Number(pid))
const me = process.cpuUsage()
const m = await s.run(g)
const u = process.cpuUsage(me)
console.log(
  what,
  m,
  'shop µs',
  ((cpuOfTree(Number(pid)) - b) * 1e6) / m.count,
  'load µs',
  (u.user + u.system) / m.count,
)
process.exit(0)
