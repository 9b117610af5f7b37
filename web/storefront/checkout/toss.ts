import { useCallback, useEffect, useRef, useState } from 'react'
import type { TossPaymentsWidgets } from '@tosspayments/tosspayments-sdk'

interface Wanted {
  readonly clientKey: string
  readonly sdkUrl: string
  readonly customerKey: string
  readonly amount: number
  /** Ids of the elements the provider draws into. */
  readonly methodsId: string
  readonly agreementId: string
}

type State = 'loading' | 'ready' | 'failed'

/** The payment provider's widgets, drawn into two elements of the page and taken down with it. */
export const useTossWidgets = (wanted: Wanted) => {
  const { clientKey, sdkUrl, customerKey, amount, methodsId, agreementId } = wanted
  const [state, setState] = useState<State>('loading')
  const [attempt, setAttempt] = useState(0)
  const widgets = useRef<TossPaymentsWidgets>(undefined)

  useEffect(() => {
    let gone = false
    const drawn: { destroy(): Promise<void> }[] = []
    const takeDown = (): void =>
      drawn.splice(0).forEach((each) => void Promise.resolve(each.destroy()).catch(() => undefined))
    const draw = async (): Promise<void> => {
      const sdk = await import('@tosspayments/tosspayments-sdk')
      if (attempt > 0) sdk.clearTossPayments()
      const toss = await sdk.loadTossPayments(clientKey, { src: sdkUrl })
      if (gone) return
      const made = toss.widgets({ customerKey })
      await made.setAmount({ currency: 'KRW', value: amount })
      if (gone) return
      drawn.push(await made.renderPaymentMethods({ selector: `#${methodsId}` }))
      if (gone) return takeDown()
      drawn.push(await made.renderAgreement({ selector: `#${agreementId}` }))
      if (gone) return takeDown()
      widgets.current = made
      setState('ready')
    }
    setState('loading')
    draw().catch(() => gone || setState('failed'))
    return () => {
      gone = true
      widgets.current = undefined
      takeDown()
    }
  }, [clientKey, sdkUrl, customerKey, amount, methodsId, agreementId, attempt])

  return { state, widgets, retry: useCallback(() => setAttempt((before) => before + 1), []) }
}

/** The code of an error the provider's script threw. */
export const tossCode = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : 'UNKNOWN'
