import { prepareGround } from './ground.ts'
import { completePurchase, placeOrder } from './scenarios/buying.ts'
const g = await prepareGround(process.argv[2]!, {
  connections: 64,
  seconds: Number(process.argv[3] ?? 6),
  staffPassword: 'password of the bench',
})
process.kill(Number(process.env.SHOP), 'SIGUSR2')
await new Promise((r) => setTimeout(r, 300))
console.log(await (process.argv[4] === 'place' ? placeOrder : completePurchase).run(g))
process.exit(0)
