import { cancelingPaid, cancelingUnpaid, refundRefused } from './flows-cancel.ts'
import { crashMatrix } from './matrix.ts'

crashMatrix([cancelingUnpaid, cancelingPaid, refundRefused])
