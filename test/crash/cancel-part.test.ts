import { cancelingPart, cancelingUnpaidPart } from './flows-cancel.ts'
import { crashMatrix } from './matrix.ts'

crashMatrix([cancelingPart, cancelingUnpaidPart])
