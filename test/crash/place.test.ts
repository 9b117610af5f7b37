import { changingAnew, changingItems, dyingHold, expiring, placing } from './flows-place.ts'
import { crashMatrix } from './matrix.ts'

crashMatrix([placing, changingItems, changingAnew, expiring, dyingHold])
