import { Button } from '../../../shared/ui/button.tsx'
import { Notice } from '../../../shared/ui/notice.tsx'
import { useWords } from '../../kit/words/index.ts'
import { secondText } from '../figures.ts'
import type { LiveState } from './live.ts'
import { statusWords } from '../words.ts'

/** Says how fresh what is shown is, and stops or resumes refreshing it. */
export const LiveBar = ({
  state,
  at,
  paused,
  onPause,
}: {
  state: LiveState
  at: string | undefined
  paused: boolean
  onPause: (paused: boolean) => void
}) => {
  const { live } = useWords(statusWords)
  const bad = state === 'away' || state === 'refused'
  const sentence = at === undefined && state === 'away' ? live.never : live[state]
  return (
    <div className="mb-5 flex flex-wrap items-center justify-between gap-3">
      <div role="status" className="min-w-0 grow">
        {bad ? (
          <Notice tone="bad">{sentence}</Notice>
        ) : (
          <p className={`text-sm ${state === 'slow' ? 'font-semibold text-juhong' : 'text-quiet'}`}>{sentence}</p>
        )}
      </div>
      <div className="flex items-center gap-3">
        {at !== undefined && <span className="num text-sm text-quiet">{live.asOf(secondText(at))}</span>}
        <Button type="button" look="plain" size="small" aria-pressed={paused} onClick={() => onPause(!paused)}>
          {paused ? live.resume : live.pause}
        </Button>
      </div>
    </div>
  )
}
