import { readFileSync } from 'node:fs'
import { shop } from '#src/shop.ts'
import { filled } from '../bench/scale/document.ts'

const tableOf = (): string => {
  const rows = shop.flatMap(({ contract, roles }) =>
    roles.map(({ name, title, about }) => `| \`${name}\` | ${title.ko} | ${about.en} | ${contract.name} |`),
  )
  return ['| role | on pages | whoever holds it | declared by |', '|---|---|---|---|', ...rows].join('\n')
}

/** `docs/api-guide.md` with the table of roles as the services declare them. */
export const apiGuide = (root: string): string =>
  filled(readFileSync(`${root}docs/api-guide.md`, 'utf8'), { roles: tableOf() }, 'docs/api-guide.md')
