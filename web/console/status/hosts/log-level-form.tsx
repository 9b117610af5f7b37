import { useId } from 'react'
import { Form, useActionData } from 'react-router'
import type { LogLevel } from '#kernel/reports/host-report.ts'
import { Button } from '../../../shared/ui/button.tsx'
import { Field } from '../../../shared/ui/field.tsx'
import { Notice } from '../../../shared/ui/notice.tsx'
import { Refused, useFormFocus, usePending, useRefusal } from '../../../shared/form.tsx'
import { useWords } from '../../kit/words/index.ts'
import { statusWords } from '../words.ts'

const levels: readonly LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']

const choice = 'h-12 w-full rounded border border-edge bg-white px-3'

/** Says how much a host, or every one, logs. */
export const LogLevelForm = ({ id, level }: { id: string; level: LogLevel }) => {
  const { log } = useWords(statusWords)
  const { refusal, error, value } = useRefusal()
  const answer = useActionData() as { changed?: readonly string[]; silent?: readonly string[] } | undefined
  const box = useFormFocus(refusal)
  const pending = usePending()
  const own = useId()
  return (
    <div ref={box} className="flex flex-col gap-3">
      <p className="text-sm text-quiet">{log.now(level)}</p>
      <Refused refusal={refusal} />
      {answer?.changed && (
        <Notice tone={answer.silent?.length ? 'bad' : 'good'} role="status">
          {log.changed(answer.changed.join(', '))}
          {answer.silent && answer.silent.length > 0 && ` ${log.silent(answer.silent.join(', '))}`}
        </Notice>
      )}
      <Form method="post" preventScrollReset className="flex flex-col gap-3">
        <input type="hidden" name="host" value={id} />
        <div>
          <label htmlFor={`${own}-level`} className="mb-1.5 block text-sm font-semibold">
            {log.level}
          </label>
          <select id={`${own}-level`} name="level" defaultValue={level} className={choice}>
            {levels.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </div>
        <div>
          <label htmlFor={`${own}-where`} className="mb-1.5 block text-sm font-semibold">
            {log.where}
          </label>
          <select id={`${own}-where`} name="where" className={choice}>
            <option value="here">{log.here}</option>
            <option value="all">{log.all}</option>
          </select>
        </div>
        <Field
          label={log.reason}
          name="reason"
          required
          minLength={2}
          maxLength={500}
          defaultValue={value('reason')}
          error={error('reason')}
        />
        <Button look="plain" busy={pending && log.busy}>
          {log.submit}
        </Button>
      </Form>
    </div>
  )
}
