import { eachText, published, tablesIn } from './access-store.ts'
import { check, type Check } from '#kernel/invariant.ts'
import { publicWords, secretIn, tellsHowToReach } from './secrets.ts'

const SECRETS = 'no secret is told in an event, a notification or an error'
const PEOPLE = 'no event tells how a person is reached'

/** What services tell, searched for what nobody may be told. */
export const access = (services: readonly string[]): Check =>
  check({
    family: 'access',
    needs: [],
    invariants: [SECRETS, PEOPLE],
    examine: async (view, tally) => {
      const secrets = tally(SECRETS)
      const people = tally(PEOPLE)
      const words = publicWords()
      if (view.has(published.service))
        await eachText(view.store(published.service), published, (rows) => {
          for (const { text } of rows) words.add(text)
        })
      for (const service of services.filter(view.has)) {
        const db = view.store(service)
        for (const table of tablesIn(service))
          await eachText(db, table, (rows) => {
            secrets.looked += rows.length
            if (table.name === 'outbox') people.looked += rows.length
            for (const { id, text } of rows) {
              const what = secretIn(text, words)
              if (what) secrets.wrong(`${service} ${table.name} ${id}`, `holds ${what}`)
              if (table.name === 'outbox' && tellsHowToReach(text, words))
                people.wrong(`${service} ${table.name} ${id}`, 'holds an e-mail address or a telephone number')
            }
          })
      }
    },
  })
