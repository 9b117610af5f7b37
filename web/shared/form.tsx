import { useEffect, useRef, type RefObject } from 'react'
import { useActionData, useNavigation, type ShouldRevalidateFunctionArgs } from 'react-router'
import { Notice } from './ui/notice.tsx'
import type { Refusal } from './server/page.server.ts'

/** Whether an action's answer is a refusal. */
export const refused = (answer: unknown): answer is Refusal =>
  typeof answer === 'object' && answer !== null && 'problem' in answer

/** What the last action of this page refused, if it did, and how to read it field by field. */
export const useRefusal = (given?: unknown) => {
  const own = useActionData()
  const answer = given === undefined ? own : given
  const refusal = refused(answer) ? answer : undefined
  return {
    refusal,
    /** What is wrong with a field. */
    error: (field: string): string | undefined => refusal?.problem.fields[field],
    /** What was typed into a field before, for pages that came back whole. */
    value: (field: string): string | undefined => refusal?.values[field],
  }
}

/** For pages whose data a refused form may have changed, or found changed: they are loaded anew after it as well. */
export const revalidateAfterForms = ({ formMethod, defaultShouldRevalidate }: ShouldRevalidateFunctionArgs): boolean =>
  (formMethod !== undefined && formMethod !== 'GET') || defaultShouldRevalidate

/** Whether the form with this intent is under way. */
export const usePending = (intent?: string): boolean => {
  const navigation = useNavigation()
  if (navigation.state === 'idle' || !navigation.formData) return false
  return intent === undefined || navigation.formData.get('intent') === intent
}

/** The refusal as a sentence above a form. */
export const Refused = ({ refusal }: { refusal: Refusal | undefined }) =>
  refusal ? (
    <Notice tone="bad" role="alert" tabIndex={-1}>
      {refusal.problem.message}
    </Notice>
  ) : null

/** A ref for a form whose reader is brought to what needs mending: the first wrong field, else what was said went wrong. */
export const useFormFocus = (refusal: Refusal | undefined): RefObject<HTMLDivElement | null> => {
  const ref = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!refusal) return
    const wrong = ref.current?.querySelector<HTMLElement>('[aria-invalid="true"]')
    ;(wrong ?? ref.current?.querySelector<HTMLElement>('[role="alert"]'))?.focus()
  }, [refusal])
  return ref
}
