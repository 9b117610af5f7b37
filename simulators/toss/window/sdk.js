// Stands in for TossPayments' hosted browser SDK, version 2: the same global, the same calls, the same errors.
// Loaded by @tosspayments/tosspayments-sdk through its `src` option.
;(() => {
  const base = new URL('.', document.currentScript.src).href
  const ANONYMOUS = '@@ANONYMOUS'

  const refuse = (code, message) => Object.assign(new Error(message), { name: 'TossPaymentsError', code })

  const METHODS = [
    { code: 'CARD', label: '신용·체크카드', method: 'CARD' },
    { code: 'TOSSPAY', label: '토스페이', method: 'EASY_PAY', provider: '토스페이' },
    { code: 'NAVERPAY', label: '네이버페이', method: 'EASY_PAY', provider: '네이버페이' },
    { code: 'KAKAOPAY', label: '카카오페이', method: 'EASY_PAY', provider: '카카오페이' },
    { code: 'TRANSFER', label: '계좌이체', method: 'TRANSFER' },
    { code: 'VIRTUAL_ACCOUNT', label: '가상계좌', method: 'VIRTUAL_ACCOUNT' },
    { code: 'MOBILE_PHONE', label: '휴대폰', method: 'MOBILE_PHONE' },
  ]

  const STYLE = `
    :host { display: block; margin-block: 0.75rem; font-family: inherit; color: #191f28; word-break: keep-all; }
    fieldset { border: 0; margin: 0; padding: 0; }
    legend { font-weight: 700; padding: 0; margin-bottom: 0.5rem; }
    .grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr)); gap: 0.5rem; }
    label { display: flex; align-items: center; gap: 0.5rem; min-height: 2rem; padding: 0.5rem 0.875rem; border: 1px solid #8b95a1;
      border-radius: 0.75rem; background: #fff; cursor: pointer; }
    label:has(:checked) { border-color: #1b64da; background: #e8f3ff; font-weight: 700; }
    label:has(:focus-visible) { outline: 3px solid #191f28; outline-offset: 2px; }
    input { inline-size: 1.125rem; block-size: 1.125rem; accent-color: #1b64da; margin: 0; }
    p { margin: 0.5rem 0 0; font-size: 0.875rem; color: #4e5968; }
  `

  // A shadow root with a constructed sheet: the shop's styles stay out, and no content security policy is in the way.
  const mount = (selector, marker) => {
    let host
    try {
      host = document.querySelector(selector)
    } catch {
      host = null
    }
    if (!host) throw refuse('INVALID_SELECTOR', `${selector}에 맞는 요소가 없습니다.`)
    const element = document.createElement('div')
    element.dataset.tosspayments = marker
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(STYLE)
    const root = element.attachShadow({ mode: 'open' })
    root.adoptedStyleSheets = [sheet]
    host.replaceChildren(element)
    return { element, root }
  }

  const events = (known) => {
    const listeners = []
    return {
      on: (name, callback) => {
        if (name === known) listeners.push(callback)
      },
      emit: (value) => listeners.forEach((each) => each(value)),
    }
  }

  const checkAmount = (amount) => {
    if (!amount || typeof amount.value !== 'number' || !Number.isInteger(amount.value) || amount.currency !== 'KRW') {
      throw refuse('INCORRECT_AMOUNT_FORMAT', '금액은 { currency: "KRW", value: 정수 } 형식이어야 합니다.')
    }
    if (amount.value <= 0) throw refuse('BELOW_ZERO_AMOUNT', '금액은 0보다 커야 합니다.')
  }

  let running = false

  // Opens the payment window in this tab. Like the real one it comes back only by successUrl or failUrl.
  const open = async (clientKey, request, amount, chosen) => {
    if (running) throw refuse('INVALID_METHOD_TRANSACTION', '결제가 이미 진행 중입니다.')
    if (!request?.successUrl && !request?.failUrl) {
      throw refuse('NOT_SUPPORTED_PROMISE', '이 모의 결제창은 successUrl과 failUrl로 돌아오는 방식만 지원합니다.')
    }
    running = true
    try {
      const answer = await fetch(`${base}window`, {
        method: 'POST',
        body: JSON.stringify({
          clientKey,
          orderId: request.orderId,
          orderName: request.orderName,
          amount: amount.value,
          successUrl: request.successUrl,
          failUrl: request.failUrl,
          method: chosen?.method ?? null,
          provider: chosen?.provider ?? null,
          customerName: request.customerName ?? null,
          taxFreeAmount: request.taxFreeAmount ?? null,
          taxExemptionAmount: request.card?.taxExemptionAmount ?? null,
          useEscrow: (request.virtualAccount ?? request.transfer ?? request.card)?.useEscrow ?? null,
          cultureExpense: (request.virtualAccount ?? request.transfer)?.isCulturalExpenses ?? null,
          validHours: request.virtualAccount?.validHours ?? null,
          metadata: request.metadata ?? null,
        }),
      }).catch(() => {
        throw refuse('NETWORK_ERROR', '네트워크에 연결할 수 없습니다.')
      })
      const body = await answer.json()
      if (!answer.ok) throw refuse(body.code, body.message)
      window.location.assign(`${base}window/${body.paymentKey}`)
    } finally {
      running = false
    }
  }

  const methodsWidget = (selector, variantKey, released) => {
    const { element, root } = mount(selector, 'payment-methods')
    const { on, emit } = events('paymentMethodSelect')
    const fieldset = document.createElement('fieldset')
    fieldset.innerHTML =
      '<legend>결제 방법</legend><div class="grid"></div><p>테스트 결제입니다. 실제로 결제되지 않습니다.</p>'
    for (const { code, label } of METHODS) {
      const row = document.createElement('label')
      const input = Object.assign(document.createElement('input'), {
        type: 'radio',
        name: 'method',
        value: code,
        checked: code === 'CARD',
      })
      input.addEventListener('change', () => emit({ code }))
      row.append(input, label)
      fieldset.querySelector('.grid').append(row)
    }
    root.append(fieldset)
    const selected = () => root.querySelector('input:checked')?.value
    return {
      selected,
      variantKey,
      widget: {
        on,
        getSelectedPaymentMethod: async () => {
          const code = selected()
          if (!code) throw refuse('NOT_SELECTED_PAYMENT_METHOD', '결제수단을 선택해 주세요.')
          return { code }
        },
        destroy: async () => {
          element.remove()
          released()
        },
      },
    }
  }

  const agreementWidget = (selector, released) => {
    const { element, root } = mount(selector, 'agreement')
    const { on, emit } = events('agreementStatusChange')
    const row = document.createElement('label')
    const input = Object.assign(document.createElement('input'), { type: 'checkbox', checked: true })
    row.append(input, '[필수] 결제 서비스 이용 약관, 개인정보 처리 동의')
    root.append(row)
    input.addEventListener('change', () =>
      emit({
        agreedRequiredTerms: input.checked,
        agreements: [{ term: { id: 'payment-service', required: true }, agreed: input.checked }],
      }),
    )
    return {
      agreed: () => input.checked,
      widget: {
        on,
        destroy: async () => {
          element.remove()
          released()
        },
      },
    }
  }

  const widgets = (clientKey) => {
    let amount
    let methods
    let agreement
    const needAmount = () => {
      if (!amount) throw refuse('NOT_SETUP_AMOUNT', 'setAmount로 결제 금액을 먼저 설정해 주세요.')
    }
    return {
      setAmount: async (given) => {
        checkAmount(given)
        amount = { ...given }
      },
      renderPaymentMethods: async ({ selector, variantKey }) => {
        needAmount()
        if (methods) throw refuse('PAYMENT_METHODS_WIDGET_ALREADY_RENDERED', '결제 UI가 이미 렌더링되었습니다.')
        methods = methodsWidget(selector, variantKey, () => {
          methods = undefined
        })
        return methods.widget
      },
      renderAgreement: async ({ selector }) => {
        if (agreement) throw refuse('AGREEMENT_WIDGET_ALREADY_RENDERED', '약관 UI가 이미 렌더링되었습니다.')
        agreement = agreementWidget(selector, () => {
          agreement = undefined
        })
        return agreement.widget
      },
      requestPayment: async (request) => {
        needAmount()
        if (!methods) throw refuse('NOT_RENDERED_PAYMENT_METHODS', '결제 UI를 먼저 렌더링해 주세요.')
        const chosen = METHODS.find((each) => each.code === methods?.selected())
        if (!chosen) throw refuse('NOT_SELECTED_PAYMENT_METHOD', '결제수단을 선택해 주세요.')
        if (agreement && !agreement.agreed())
          throw refuse('NEED_AGREEMENT_WITH_REQUIRED_TERMS', '필수 약관에 동의해 주세요.')
        await open(clientKey, request, amount, chosen)
      },
      requestPaymentWindow: async (request) => {
        checkAmount(request?.amount)
        await open(clientKey, request, request.amount)
      },
      renderPaymentWindow: async () => {
        throw refuse('NOT_SUPPORTED', '이 모의 결제창은 renderPaymentWindow를 지원하지 않습니다.')
      },
    }
  }

  const payment = (clientKey) => ({
    requestPayment: async (request) => {
      if (/_gck_/.test(clientKey)) {
        throw refuse('NOT_SUPPORTED_WIDGET_KEY', '결제위젯 연동 키는 쓸 수 없습니다. API 개별 연동 키를 사용해 주세요.')
      }
      checkAmount(request?.amount)
      const wallet =
        request.card?.easyPay &&
        METHODS.find((each) => each.code === request.card.easyPay || each.provider === request.card.easyPay)
      const chosen = wallet ?? METHODS.find((each) => each.code === request.method)
      if (!chosen) throw refuse('NOT_SUPPORTED_METHOD', '지원하지 않는 결제수단입니다.')
      await open(clientKey, request, request.amount, chosen)
    },
    requestBillingAuth: async () => {
      throw refuse('NOT_SUPPORTED_METHOD', '이 모의 결제창은 자동결제를 지원하지 않습니다.')
    },
    destroy: async () => {},
  })

  const withCustomer = (make, clientKey) => (options) => {
    const customerKey = options?.customerKey
    if (customerKey !== ANONYMOUS && !/^[A-Za-z0-9\-_=.@]{2,50}$/.test(customerKey ?? '')) {
      throw refuse('INVALID_CUSTOMER_KEY', '고객 키는 영문, 숫자, - _ = . @ 2자에서 50자여야 합니다.')
    }
    return make(clientKey)
  }

  const TossPayments = (clientKey) => {
    if (!/^(test|live)_g?ck_\w+$/.test(clientKey ?? ''))
      throw refuse('INVALID_CLIENT_KEY', '클라이언트 키가 올바르지 않습니다.')
    return {
      widgets: withCustomer((key) => {
        if (!/_gck_/.test(key)) throw refuse('INVALID_CLIENT_KEY', '결제위젯 연동 키를 사용해 주세요.')
        return widgets(key)
      }, clientKey),
      payment: withCustomer(payment, clientKey),
    }
  }
  TossPayments.ANONYMOUS = ANONYMOUS
  window.TossPayments = TossPayments
})()
