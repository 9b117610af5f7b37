import { cancelingPaid, cancelingUnpaid } from './flows-cancel.ts'
import { crashMatrix } from './matrix.ts'

crashMatrix([cancelingUnpaid, cancelingPaid])
