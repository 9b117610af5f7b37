import type { Motifs } from '../pen.ts'
import { beauty } from './beauty.ts'
import { digital } from './digital.ts'
import { family } from './family.ts'
import { food } from './food.ts'
import { home } from './home.ts'
import { kitchen } from './kitchen.ts'
import { larder } from './larder.ts'
import { leisure } from './leisure.ts'
import { reading } from './reading.ts'
import { tops } from './tops.ts'
import { wear } from './wear.ts'

/** Everything that can be drawn, by name. */
export const motifs: Motifs = {
  ...tops,
  ...wear,
  ...beauty,
  ...food,
  ...larder,
  ...kitchen,
  ...digital,
  ...home,
  ...leisure,
  ...reading,
  ...family,
}
