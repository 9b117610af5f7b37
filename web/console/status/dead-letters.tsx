import { Form } from 'react-router'
import type { z } from 'zod'
import type { setAsideSchema } from '#kernel/reports/platform.ts'
import { momentText } from '../../shared/i18n/format.ts'
import { Refused, usePending } from '../../shared/form.tsx'
import type { Refusal } from '../../shared/server/page.server.ts'
import { Button, pressable } from '../../shared/ui/button.tsx'
import { Field } from '../../shared/ui/field.tsx'
import { Facts } from './table.tsx'
import { statusWords } from './words.ts'
import { useWords } from '../kit/words/index.ts'

type Letter = z.output<typeof setAsideSchema>

/** Names an event among all set aside. */
export const letterKey = (each: Pick<Letter, 'service' | 'consumer' | 'source' | 'id'>): string =>
  `${each.service}.${each.consumer} ${each.source}:${each.id}`

const Redrive = ({ letter, refusal }: { letter: Letter; refusal: Refusal | undefined }) => {
  const { events } = useWords(statusWords)
  const pending = usePending()
  return (
    <details className="mt-3" open={refusal ? true : undefined}>
      <summary className={pressable('plain', 'small')}>{events.redrive}</summary>
      <Form method="post" preventScrollReset className="mt-3 flex max-w-xl flex-col gap-3">
        <Refused refusal={refusal} />
        <p className="text-sm">{events.warn}</p>
        {(['service', 'consumer', 'source', 'id'] as const).map((name) => (
          <input key={name} type="hidden" name={name} value={letter[name]} />
        ))}
        <Field
          label={events.reason}
          name="reason"
          required
          minLength={2}
          maxLength={500}
          error={refusal?.problem.fields['reason']}
        />
        <Button look="danger" busy={pending && events.busy} className="self-start">
          {events.confirm}
        </Button>
      </Form>
    </details>
  )
}

/** Events set aside, with their causes; those that wait for a person can be tried again. */
export const DeadLetters = ({
  letters,
  refusal,
}: {
  letters: readonly Letter[]
  refusal: { readonly of: string; readonly answer: Refusal } | undefined
}) => {
  const { events } = useWords(statusWords)
  return (
    <ul className="flex flex-col gap-3">
      {letters.map((each) => {
        const key = letterKey(each)
        const isDead = each.state === 'DEAD'
        return (
          <li key={key} className={`rounded-lg border px-4 py-3 ${isDead ? 'border-juhong' : 'border-line'}`}>
            <h3 className="text-base">
              {each.name} → {each.service}.{each.consumer}
            </h3>
            <p className={`text-sm font-semibold ${isDead ? 'text-juhong' : 'text-quiet'}`}>
              <span aria-hidden="true">{isDead ? '× ' : '… '}</span>
              {events.states[each.state]} · {events.attempts(each.attempts)}
            </p>
            {each.error && <p className="mt-2 rounded bg-paper px-3 py-2 font-mono text-sm">{each.error}</p>}
            <Facts
              className="mt-2 max-w-md grid-cols-1"
              items={[
                ['key', each.key],
                ['id', `${each.source}:${each.id}`],
                ['at', momentText(each.at)],
              ]}
            />
            {isDead && <Redrive letter={each} refusal={refusal?.of === key ? refusal.answer : undefined} />}
          </li>
        )
      })}
    </ul>
  )
}
