/** An error as Toss answers it. */
export interface TossError {
  readonly status: number
  readonly code: string
  readonly ko: string
  readonly en: string
}

type Table = Readonly<Record<string, readonly [ko: string, en: string]>>

const badRequest: Table = {
  ACCOUNT_OWNER_CHECK_FAILED: ['계좌 소유주를 확인하지 못했습니다.', 'The owner of the account could not be checked.'],
  ALREADY_CANCELED_PAYMENT: ['이미 취소된 결제입니다.', 'The payment has already been canceled.'],
  ALREADY_PROCESSED_PAYMENT: ['이미 처리된 결제입니다.', 'The payment has already been processed.'],
  ALREADY_REFUND_PAYMENT: ['이미 환불된 결제입니다.', 'The payment has already been refunded.'],
  ALREADY_REMOVED_BILLING_KEY: ['이미 삭제된 빌링키입니다.', 'The billing key has already been removed.'],
  BELOW_MINIMUM_AMOUNT: [
    '카드는 100원, 계좌는 200원부터 결제할 수 있습니다.',
    'Cards start at 100 won, accounts at 200 won.',
  ],
  CARD_PROCESSING_ERROR: ['카드사에서 오류가 발생했습니다.', 'The card company reported an error.'],
  DUPLICATED_ORDER_ID: [
    '이미 승인되거나 취소된 주문번호입니다.',
    'The order id has already been approved or canceled.',
  ],
  EXCEED_CANCEL_AMOUNT_DISCOUNT_AMOUNT: [
    '즉시할인 금액보다 적은 금액은 부분 취소할 수 없습니다.',
    'Less than the instant discount cannot be canceled in part.',
  ],
  EXCEED_MAX_AMOUNT: ['거래 금액 한도를 초과했습니다.', 'The amount exceeds the limit.'],
  EXCEED_MAX_CARD_INSTALLMENT_PLAN: ['할부 개월 수를 초과했습니다.', 'The installment plan is too long.'],
  EXCEED_MAX_DAILY_PAYMENT_COUNT: ['하루 결제 가능 횟수를 초과했습니다.', 'Too many payments today.'],
  EXCEED_MAX_ONE_DAY_WITHDRAW_AMOUNT: ['1일 출금 한도를 초과했습니다.', 'The daily withdrawal limit is exceeded.'],
  EXCEED_MAX_ONE_TIME_WITHDRAW_AMOUNT: ['1회 출금 한도를 초과했습니다.', 'The limit of one withdrawal is exceeded.'],
  EXCEED_MAX_PAYMENT_AMOUNT: ['하루 결제 가능 금액을 초과했습니다.', 'The daily payment amount is exceeded.'],
  FORBIDDEN_BANK_REFUND_REQUEST: ['고객 계좌에 환불할 수 없습니다.', 'The account cannot receive a refund.'],
  INVALID_ACCOUNT_INFO_RE_REGISTER: [
    '계좌 정보가 유효하지 않습니다. 다시 등록해 주세요.',
    'The account is not valid. Please register it again.',
  ],
  INVALID_API_KEY: ['잘못된 시크릿키 연동 정보입니다.', 'The secret key is not the right one.'],
  INVALID_AUTHORIZE_AUTH: ['유효하지 않은 인증 방식입니다.', 'The way of authentication is not valid.'],
  INVALID_BANK: ['유효하지 않은 은행입니다.', 'The bank is not valid.'],
  INVALID_BILLING_AUTH: ['유효하지 않은 빌링 인증입니다.', 'The billing authentication is not valid.'],
  INVALID_BILL_KEY_REQUEST: ['빌링키 요청이 올바르지 않습니다.', 'The billing key request is not valid.'],
  INVALID_CARD_EXPIRATION: ['카드 정보를 다시 확인해 주세요. (유효기간)', 'Please check the expiry date of the card.'],
  INVALID_CARD_INSTALLMENT_PLAN: ['할부 개월 정보가 잘못되었습니다.', 'The installment plan is not valid.'],
  INVALID_CARD_LOST_OR_STOLEN: ['분실 또는 도난 카드입니다.', 'The card was reported lost or stolen.'],
  INVALID_CARD_NUMBER: ['카드번호를 다시 확인해 주세요.', 'Please check the card number.'],
  INVALID_DATE: ['날짜 데이터가 잘못되었습니다.', 'The date is not valid.'],
  INVALID_IDEMPOTENCY_KEY: ['멱등키는 300자를 넘을 수 없습니다.', 'An idempotency key has at most 300 characters.'],
  INVALID_PAYMENT_KEY: ['잘못된 결제 키입니다.', 'The payment key is not valid.'],
  INVALID_REFUND_ACCOUNT_INFO: [
    '환불 계좌번호와 예금주명이 일치하지 않거나 빠졌습니다.',
    'The refund account is missing or does not match its holder.',
  ],
  INVALID_REFUND_ACCOUNT_NUMBER: ['잘못된 환불 계좌번호입니다.', 'The number of the refund account is not valid.'],
  INVALID_REJECT_CARD: [
    '카드 사용이 거절되었습니다. 카드사에 문의해 주세요.',
    'The card was refused. Please ask the card company.',
  ],
  INVALID_REQUEST: ['잘못된 요청입니다.', 'The request is not valid.'],
  INVALID_STOPPED_CARD: ['정지된 카드입니다.', 'The card has been stopped.'],
  INVALID_UNREGISTERED_SUBMALL: ['등록되지 않은 서브몰입니다.', 'The sub-mall is not registered.'],
  NOT_ALLOWED_POINT_USE: ['포인트를 사용할 수 없는 카드입니다.', 'Points cannot be used with the card.'],
  NOT_AVAILABLE_PAYMENT: ['결제할 수 없는 시간대입니다.', 'Payments are not possible at this time of day.'],
  NOT_FOUND_TERMINAL_ID: ['단말기 번호가 없습니다.', 'There is no terminal id.'],
  NOT_MATCHES_CUSTOMER_KEY: [
    '빌링 인증 고객키와 결제 요청 고객키가 다릅니다.',
    'The customer key differs from the one authenticated.',
  ],
  NOT_MATCHES_REFUNDABLE_AMOUNT: [
    '잔액이 요청의 환불 가능 금액과 다릅니다.',
    'The balance differs from the refundable amount given.',
  ],
  NOT_REGISTERED_BUSINESS: ['등록되지 않은 사업자 번호입니다.', 'The business is not registered.'],
  NOT_SUPPORTED_CARD_TYPE: ['지원되지 않는 카드 종류입니다.', 'The type of card is not supported.'],
  NOT_SUPPORTED_INSTALLMENT_PLAN_CARD_OR_MERCHANT: [
    '할부가 지원되지 않는 카드 또는 가맹점입니다.',
    'The card or merchant has no installments.',
  ],
  NOT_SUPPORTED_MONTHLY_INSTALLMENT_PLAN: ['할부가 지원되지 않는 카드입니다.', 'The card has no installments.'],
  PAY_PROCESS_ABORTED: ['결제가 취소되었거나 진행되지 않았습니다.', 'The payment was aborted.'],
  PROVIDER_ERROR: [
    '일시적인 오류가 발생했습니다. 잠시 후 다시 시도해 주세요.',
    'A temporary error. Please try again shortly.',
  ],
  REFUND_REJECTED: [
    '환불이 거절되었습니다. 결제사에 문의해 주세요.',
    'The refund was refused. Please ask the provider.',
  ],
  RESTRICTED_TRANSFER_ACCOUNT: [
    '계좌는 등록 후 12시간 뒤부터 결제할 수 있습니다.',
    'An account can be used 12 hours after registration.',
  ],
  UNAPPROVED_ORDER_ID: ['아직 승인되지 않은 주문번호입니다.', 'The order id has not been approved.'],
}

const forbidden: Table = {
  EXCEED_CANCEL_LIMIT: ['취소 한도를 초과했습니다.', 'The limit of cancels is exceeded.'],
  EXCEED_MAX_AUTH_COUNT: [
    '최대 인증 횟수를 초과했습니다. 카드사에 문의해 주세요.',
    'Too many authentications. Please ask the card company.',
  ],
  EXCEED_MAX_ONE_DAY_AMOUNT: ['일일 한도를 초과했습니다.', 'The daily limit is exceeded.'],
  EXCEED_MAX_REFUND_DUE: ['환불 가능한 기간이 지났습니다.', 'The time for a refund has passed.'],
  FDS_ERROR: ['위험 거래가 감지되어 결제가 제한됩니다.', 'The payment was stopped by fraud detection.'],
  FORBIDDEN_CONSECUTIVE_REQUEST: [
    '반복적인 요청은 허용되지 않습니다. 잠시 후 다시 시도해 주세요.',
    'Repeated requests are not allowed. Please try again shortly.',
  ],
  FORBIDDEN_REQUEST: ['허용되지 않은 요청입니다.', 'The request is not allowed.'],
  INCORRECT_BASIC_AUTH_FORMAT: [
    '잘못된 요청입니다. `:`을 포함해 인코딩해 주세요.',
    'Please encode the key with a colon.',
  ],
  INVALID_PASSWORD: ['결제 비밀번호가 일치하지 않습니다.', 'The payment password is wrong.'],
  NOT_ALLOWED_PARTIAL_REFUND: ['부분 환불할 수 없는 결제입니다.', 'The payment cannot be refunded in part.'],
  NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT: [
    '입금 대기 중인 결제는 부분 환불할 수 없습니다.',
    'A payment waiting for its deposit cannot be refunded in part.',
  ],
  NOT_AVAILABLE_BANK: ['은행 서비스 시간이 아닙니다.', 'The bank is closed.'],
  NOT_CANCELABLE_AMOUNT: ['취소할 수 없는 금액입니다.', 'The amount cannot be canceled.'],
  NOT_CANCELABLE_PAYMENT: ['취소할 수 없는 결제입니다.', 'The payment cannot be canceled.'],
  NOT_CANCELABLE_PAYMENT_FOR_DORMANT_USER: [
    '휴면 처리된 회원의 결제는 취소할 수 없습니다.',
    'The payment of a dormant member cannot be canceled.',
  ],
  NOT_SUPPORTED_METHOD: ['지원되지 않는 결제 수단입니다.', 'The method is not supported.'],
  REJECT_ACCOUNT_PAYMENT: ['잔액부족으로 결제에 실패했습니다.', 'The balance of the account is too low.'],
  REJECT_CARD_COMPANY: ['결제 승인이 거절되었습니다.', 'The card company refused the payment.'],
  REJECT_CARD_PAYMENT: [
    '한도초과 혹은 잔액부족으로 결제에 실패했습니다.',
    'The limit is exceeded or the balance too low.',
  ],
  REJECT_TOSSPAY_INVALID_ACCOUNT: ['선택하신 출금 계좌를 쓸 수 없습니다.', 'The account chosen cannot be used.'],
}

const notFound: Table = {
  NOT_FOUND: ['존재하지 않는 정보입니다.', 'There is no such thing.'],
  NOT_FOUND_BILLING: ['존재하지 않는 빌링 정보입니다.', 'There is no such billing.'],
  NOT_FOUND_PAYMENT: ['존재하지 않는 결제 정보입니다.', 'There is no such payment.'],
  NOT_FOUND_PAYMENT_SESSION: [
    '결제 시간이 만료되어 결제 진행 데이터가 존재하지 않습니다.',
    'The payment session does not exist or has expired.',
  ],
}

const failed: Table = {
  COMMON_ERROR: [
    '일시적인 오류가 발생했습니다. 잠시 후 다시 시도해 주세요.',
    'A temporary error. Please try again shortly.',
  ],
  FAILED_BILLING_AUTO_CANCEL: ['자동 취소에 실패했습니다.', 'The automatic cancel failed.'],
  FAILED_BILL_KEY_AUTH_CREATION: ['빌링키 인증 생성에 실패했습니다.', 'The billing authentication could not be made.'],
  FAILED_DB_PROCESSING: ['잘못된 요청 값으로 처리 중 오류가 발생했습니다.', 'The request could not be stored.'],
  FAILED_INTERNAL_SYSTEM_PROCESSING: [
    '내부 시스템 처리가 실패했습니다. 잠시 후 다시 시도해 주세요.',
    'Internal processing failed. Please try again shortly.',
  ],
  FAILED_METHOD_HANDLING_CANCEL: ['취소 중 결제 수단 처리에 실패했습니다.', 'The method failed to handle the cancel.'],
  FAILED_PARTIAL_REFUND: ['부분 환불에 실패했습니다.', 'The partial refund failed.'],
  FAILED_PAYMENT_INTERNAL_SYSTEM_PROCESSING: [
    '결제 내부 시스템 처리가 실패했습니다. 잠시 후 다시 시도해 주세요.',
    'Payment processing failed. Please try again shortly.',
  ],
  FAILED_REFUND_PROCESS: [
    '은행 응답 지연으로 환불에 실패했습니다.',
    'The refund failed because the bank did not answer.',
  ],
  UNKNOWN_PAYMENT_ERROR: [
    '결제에 실패했습니다. 잠시 후 다시 시도해 주세요.',
    'The payment failed. Please try again shortly.',
  ],
}

const others: Readonly<Record<number, Table>> = {
  401: {
    UNAUTHORIZED_KEY: ['인증되지 않은 시크릿 키 혹은 클라이언트 키입니다.', 'The secret or client key is not known.'],
  },
  409: {
    IDEMPOTENT_REQUEST_PROCESSING: [
      '이전 멱등 요청이 처리 중입니다.',
      'The first request with this idempotency key is still running.',
    ],
  },
  429: {
    TOO_MANY_REQUESTS: [
      '요청이 너무 많습니다. 잠시 후 다시 시도해 주세요.',
      'Too many requests. Please try again shortly.',
    ],
  },
}

const known = new Map<string, TossError>()
for (const [status, table] of Object.entries({
  ...others,
  400: badRequest,
  403: forbidden,
  404: notFound,
  500: failed,
})) {
  for (const [code, [ko, en]] of Object.entries(table)) known.set(code, { status: Number(status), code, ko, en })
}

/** The error of a code Toss documents, or undefined. */
export const errorNamed = (code: string): TossError | undefined => known.get(code)

/** The error of a code this simulator itself answers with; a RangeError for a code nobody documents. */
export const tossError = (code: string): TossError => {
  const found = known.get(code)
  if (!found) throw new RangeError(`Toss documents no error ${code}`)
  return found
}
