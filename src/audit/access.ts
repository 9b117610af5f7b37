import { countTexts, personalTexts, suspiciousTexts, tablesIn } from './access-store.ts'
import { check, type Check } from './invariant.ts'
import { secretIn } from './secrets.ts'

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
      for (const service of services.filter(view.has)) {
        const db = view.store(service)
        for (const table of tablesIn(service)) {
          const count = await countTexts(db, table)
          secrets.looked += count
          for (const { id, text } of await suspiciousTexts(db, table)) {
            const what = secretIn(text)
            if (what) secrets.wrong(`${service} ${table.name} ${id}`, `holds ${what}`)
          }
          if (table.name !== 'outbox') continue
          people.looked += count
          for (const { id } of await personalTexts(db, table))
            people.wrong(`${service} ${table.name} ${id}`, 'holds an e-mail address or a telephone number')
        }
      }
    },
  })
