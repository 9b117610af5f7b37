/** Whether an address is one of the console, where staff work. */
export const inConsole = ({ pathname }: { readonly pathname: string }): boolean => /^\/console(\/|$)/.test(pathname)
