import type { Kind } from '../kind.ts'
import { beauty } from './beauty.ts'
import { books } from './books.ts'
import { digital } from './digital.ts'
import { fashion } from './fashion.ts'
import { food } from './food.ts'
import { home } from './home.ts'
import { kids } from './kids.ts'
import { larder } from './larder.ts'
import { living } from './living.ts'
import { pets } from './pets.ts'
import { sports } from './sports.ts'

/** What is sold, a table for each leaf category. */
export const kinds: readonly Kind[] = [
  ...fashion,
  ...beauty,
  ...food,
  ...larder,
  ...living,
  ...digital,
  ...home,
  ...sports,
  ...books,
  ...kids,
  ...pets,
]
