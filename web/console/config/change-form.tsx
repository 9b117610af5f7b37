import { useId, useState } from 'react'
import { Form } from 'react-router'
import type { Setting } from '#services/config/contract.ts'
import { useFormFocus, usePending, useRefusal } from '../../shared/form.tsx'
import { Button } from '../../shared/ui/button.tsx'
import { Field, FieldError, Tick } from '../../shared/ui/field.tsx'
import { useWords } from '../kit/words/index.ts'
import { ChangeRefused } from './refused.tsx'
import { configWords } from './words.ts'

const box = 'h-12 w-full rounded border border-edge bg-white px-3 aria-invalid:border-juhong'

const Choice = (props: {
  label: string
  name: string
  values: readonly string[]
  chosen: string | undefined
  error: string | undefined
  disabled?: boolean
  show?: (value: string) => string
}) => {
  const { label, name, values, chosen, error, show = (each: string) => each, ...rest } = props
  const id = useId()
  return (
    <div>
      <label htmlFor={id} className="mb-1.5 block text-sm font-semibold">
        {label}
      </label>
      <select
        {...rest}
        id={id}
        name={name}
        defaultValue={chosen}
        className={box}
        aria-invalid={error ? true : undefined}
        aria-describedby={error ? `${id}-error` : undefined}
      >
        {values.map((each) => (
          <option key={each} value={each}>
            {show(each)}
          </option>
        ))}
      </select>
      <FieldError id={`${id}-error`} error={error} />
    </div>
  )
}

/** Changes one setting: where, to what, and why; previews first for whoever wants to see. */
export const ChangeForm = ({ setting, version }: { setting: Setting; version: number }) => {
  const words = useWords(configWords)
  const { form } = words
  const { refusal, error, value } = useRefusal()
  const ref = useFormFocus(refusal)
  const pending = usePending('change')
  const { shape, secret, values, places } = setting
  const [removing, setRemoving] = useState(false)
  const place = value('place') ?? values[0]?.place ?? places.at(-1)
  const before = value('value') ?? values.find((each) => each.place === place)?.value ?? ''
  const wrong = error('changes.0.value')
  return (
    <div ref={ref} className="mt-8 flex max-w-xl flex-col gap-5">
      <ChangeRefused refusal={refusal} />
      <Form method="post" preventScrollReset noValidate className="flex flex-col gap-5">
        <input type="hidden" name="expectedVersion" value={version} />
        <Choice
          label={form.place}
          name="place"
          values={places}
          chosen={place}
          show={words.place}
          error={error('changes.0.place')}
        />
        {shape.type === 'choice' ? (
          <Choice
            label={form.value}
            name="value"
            values={shape.words}
            chosen={before || undefined}
            error={wrong}
            disabled={removing}
          />
        ) : (
          <Field
            label={form.value}
            name={secret ? 'secret' : 'value'}
            type={secret ? 'password' : 'text'}
            inputMode={shape.type === 'whole' ? 'numeric' : undefined}
            autoComplete="off"
            hint={shape.type === 'whole' ? form.whole(shape.min, shape.max) : secret ? form.secretHint : undefined}
            defaultValue={secret ? '' : before}
            disabled={removing}
            error={wrong}
          />
        )}
        {values.length > 0 && (
          <Tick name="remove" onChange={(event) => setRemoving(event.currentTarget.checked)}>
            {form.remove}
          </Tick>
        )}
        <Field
          label={form.reason}
          name="reason"
          hint={form.reasonHint}
          maxLength={500}
          autoComplete="off"
          defaultValue={value('reason')}
          error={error('reason')}
        />
        <div className="flex flex-wrap gap-3">
          <Button name="intent" value="change" busy={pending && form.busy}>
            {form.submit}
          </Button>
          <Button name="intent" value="preview" look="plain">
            {form.preview}
          </Button>
        </div>
      </Form>
    </div>
  )
}
