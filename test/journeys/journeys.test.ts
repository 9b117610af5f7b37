import { inEachTopology } from '#test/support/processes/topologies.ts'
import { browsing } from './browsing.ts'
import { carts } from './carts.ts'
import { deadlines } from './deadlines.ts'
import { deposits } from './deposits.ts'
import { leaving } from './leaving.ts'
import { payments } from './payments.ts'
import { purchase } from './purchase.ts'
import { rush } from './rush.ts'
import { told } from './told.ts'

// Everything a customer does, over the public API alone. One shop in each topology serves all journeys; those that move its
// clock come last.
inEachTopology((shop) => {
  purchase(shop)
  browsing(shop)
  carts(shop)
  payments(shop)
  told(shop)
  rush(shop)
  leaving(shop)
  deadlines(shop)
  deposits(shop)
})
