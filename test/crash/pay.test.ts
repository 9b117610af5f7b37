import { paying, payingByWebhook, refused } from './flows-pay.ts'
import { crashMatrix } from './matrix.ts'

crashMatrix([paying, payingByWebhook, refused])
