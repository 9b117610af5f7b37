import type { ConsoleWords } from './ko.ts'

/** Every sentence of the console's frame in English. */
export const en: ConsoleWords = {
  name: 'Console',
  nav: 'Console menu',
  shop: 'To the shop',
  overview: {
    title: 'Overview',
    hint: 'Which pages open depends on your roles.',
    roles: 'Your roles',
    places: 'Pages',
  },
  failure: {
    forbidden: 'This page is closed to you',
    forbiddenHint: 'Only staff who hold the role for it may see this page. Ask whoever runs the shop for the role.',
    missing: 'There is no such page',
    missingHint: 'Please check the address.',
    title: 'The page could not be opened',
    hint: 'Please try again in a moment.',
    retry: 'Try again',
    back: 'Console start',
  },
}
