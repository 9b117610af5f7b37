import { readFile } from 'node:fs/promises'

/** Reads the list of passwords most used: lower case, eight characters and more. */
export const readCommonPasswords = async (): Promise<ReadonlySet<string>> => {
  const text = await readFile(new URL('./common-passwords.txt', import.meta.url), 'utf8')
  return new Set(
    text
      .slice(text.indexOf('\n--') + 1)
      .split('\n')
      .slice(1)
      .filter(Boolean),
  )
}
