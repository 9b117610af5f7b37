import { createContext } from 'react-router'

/** The random word that marks this response's own scripts in its Content-Security-Policy. */
export const nonceContext = createContext<string>('')
