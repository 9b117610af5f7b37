import type { Health, Instance } from '#services/status/contract.ts'
import { useWords } from '../kit/words/index.ts'
import { statusWords } from './words.ts'

type State = Instance['state'] | Health

const looks: Readonly<Record<State, readonly [mark: string, colours: string]>> = {
  up: ['✓', 'bg-sol-soft text-sol'],
  degraded: ['!', 'bg-juhong-soft text-juhong'],
  down: ['×', 'bg-juhong text-white'],
  leaving: ['→', 'bg-mist text-ink'],
  silent: ['×', 'bg-juhong text-white'],
}

/** A sign beside the word, so that neither colour nor sign stands alone. */
export const markOf = (state: State): string => looks[state][0]

/** How something is, in a word, a sign and a colour. */
export const StateTag = ({ state, host = false }: { state: State; host?: boolean }) => {
  const words = useWords(statusWords)
  const [mark, colours] = looks[state]
  const word = host ? words.states[state as Instance['state']] : words.health[state as Health]
  return (
    <span
      className={`inline-flex items-center gap-1.5 rounded px-2 py-0.5 text-sm font-semibold whitespace-nowrap ${colours}`}
    >
      <span aria-hidden="true">{mark}</span>
      {word}
    </span>
  )
}
