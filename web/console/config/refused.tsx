import { Refused, type useRefusal } from '../../shared/form.tsx'
import { useWords } from '../kit/words/index.ts'
import { configWords } from './words.ts'

/** What was wrong with a change; where somebody else was first, a way to see the newer version. */
export const ChangeRefused = ({ refusal }: { refusal: ReturnType<typeof useRefusal>['refusal'] }) => {
  const { form } = useWords(configWords)
  return (
    <>
      <Refused refusal={refusal} />
      {refusal?.problem.code === 'VERSION_CONFLICT' && (
        <p>
          <a href="" className="inline-block py-2 font-semibold text-jjok underline underline-offset-4">
            {form.conflict}
          </a>
        </p>
      )}
    </>
  )
}
