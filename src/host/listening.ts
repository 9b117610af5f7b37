import { CannotStart } from '#kernel/cannot-start.ts'

/** Listens, or throws CannotStart with what the person at the terminal can do about it. */
export const listening = async <T>(
  at: { readonly host: string; readonly port: number; readonly what: string; readonly change: string },
  listen: () => Promise<T>,
): Promise<T> => {
  const { host, port, what, change } = at
  try {
    return await listen()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE')
      throw new CannotStart(`Port ${port} is taken. Stop what listens there, or set ${change} to another one.`)
    if (code === 'EACCES' || code === 'EADDRNOTAVAIL')
      throw new CannotStart(`${what} may not listen on ${host}:${port}. Set another address or ${change}.`)
    throw error
  }
}
