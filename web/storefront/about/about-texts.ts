import type { Locale } from '#kernel/fault.ts'

const topics = ['terms', 'privacy', 'refunds'] as const
type Topic = (typeof topics)[number]

/** Whether there is a page of this name. */
export const isTopic = (name: string | undefined): name is Topic => topics.some((topic) => topic === name)

interface Paper {
  readonly title: string
  readonly parts: readonly (readonly [heading: string, text: string])[]
}

/** The papers a shop must show. They are read on the server only, so their length weighs on nobody's first visit. */
export const about: Record<Locale, Record<Topic, Paper>> = {
  ko: {
    terms: {
      title: '이용약관',
      parts: [
        [
          '제1조 (목적)',
          '이 약관은 주식회사 장터(이하 ‘장터’)가 운영하는 사이버몰에서 회원과 장터의 권리와 의무를 정합니다.',
        ],
        [
          '제2조 (회원가입)',
          '이메일 주소를 인증하고 이 약관에 동의하면 회원이 됩니다. 만 14세가 되지 않은 분은 가입할 수 없습니다.',
        ],
        [
          '제3조 (주문과 계약)',
          '주문을 마치면 장터는 10분 동안 재고를 잡아 둡니다. 그 안에 결제가 끝나면 계약이 이루어지며, 끝나지 않으면 주문은 저절로 취소됩니다.',
        ],
        ['제4조 (가격)', '상품의 가격은 부가가치세를 포함합니다. 주문할 때 확인하신 금액이 결제되는 금액입니다.'],
        [
          '제5조 (탈퇴)',
          '회원은 언제든지 내 정보에서 탈퇴할 수 있습니다. 진행 중인 주문이 있으면 그 주문이 끝난 뒤에 탈퇴할 수 있습니다.',
        ],
      ],
    },
    privacy: {
      title: '개인정보처리방침',
      parts: [
        [
          '수집하는 항목과 목적',
          '회원 관리를 위해 이메일, 이름, 비밀번호(일방향 암호화)를, 주문과 배송을 위해 받는 분의 이름, 연락처, 주소를 수집합니다.',
        ],
        [
          '보유 기간',
          '회원 탈퇴 때까지 보유합니다. 다만 법에 따라 계약·청약철회 기록과 대금결제·재화공급 기록은 5년, 소비자 불만·분쟁처리 기록은 3년, 접속 기록은 3개월 동안 따로 보관합니다.',
        ],
        [
          '제3자 제공과 위탁',
          '결제를 위해 결제대행사에 주문번호, 금액, 구매자 이름과 이메일을 전달합니다. 그 밖에는 동의 없이 누구에게도 제공하지 않습니다.',
        ],
        ['파기', '보유 기간이 끝난 개인정보는 지체 없이 되살릴 수 없는 방법으로 지웁니다.'],
        [
          '권리',
          '내 정보에서 언제든지 보거나 고칠 수 있고, 탈퇴로 처리를 멈출 수 있습니다. 문의: help@jangteo.example',
        ],
      ],
    },
    refunds: {
      title: '교환·환불 안내',
      parts: [
        [
          '주문 취소',
          '상품이 준비되기 전에는 주문 상세에서 바로 취소하실 수 있으며, 결제하신 금액은 전액 돌려드립니다.',
        ],
        [
          '청약철회',
          '상품을 받으신 날부터 7일 안에 철회하실 수 있습니다. 단순 변심이면 반품 배송비를 구매자가 부담합니다.',
        ],
        [
          '하자와 오배송',
          '표시·광고와 다르거나 계약과 다르면 받으신 날부터 3개월, 그 사실을 안 날부터 30일 안에 철회하실 수 있으며 배송비는 장터가 부담합니다.',
        ],
        [
          '환불 시점',
          '상품을 돌려받은 날부터 3영업일 안에 환불합니다. 카드 결제는 카드사에 따라 3~4영업일이 더 걸릴 수 있습니다.',
        ],
      ],
    },
  },
  en: {
    terms: {
      title: 'Terms of use',
      parts: [
        [
          '1. Purpose',
          'These terms set out the rights and duties of members and of Jangteo Inc. (“Jangteo”) in this shop.',
        ],
        [
          '2. Membership',
          'You become a member by verifying your e-mail address and agreeing to these terms. You must be 14 or older.',
        ],
        [
          '3. Orders and contracts',
          'Once you order, Jangteo holds the stock for 10 minutes. The contract is made when you pay within that time; otherwise the order ends by itself.',
        ],
        ['4. Prices', 'Prices include value-added tax. The amount you confirmed when ordering is the amount you pay.'],
        ['5. Leaving', 'You can end your membership at any time on your page, once orders in progress have ended.'],
      ],
    },
    privacy: {
      title: 'Privacy policy',
      parts: [
        [
          'What we collect and why',
          'E-mail address, name and password (one-way encrypted) for your membership; recipient’s name, phone and address for orders and delivery.',
        ],
        [
          'How long we keep it',
          'Until you leave. The law has us keep, set apart, records of contracts, withdrawals, payments and supply for 5 years, complaints for 3 years, and access logs for 3 months.',
        ],
        [
          'Who else gets it',
          'The payment provider receives the order number, amount, and the buyer’s name and e-mail. Nobody else does without your consent.',
        ],
        ['Destruction', 'When its time is over, personal data is deleted without delay and beyond recovery.'],
        [
          'Your rights',
          'You can see and change your data on your page at any time, and stop its use by leaving. Questions: help@jangteo.example',
        ],
      ],
    },
    refunds: {
      title: 'Exchange and refunds',
      parts: [
        [
          'Canceling an order',
          'Before the goods are prepared you can cancel on the page of the order and get everything back.',
        ],
        [
          'Withdrawal',
          'You may withdraw within 7 days of receiving the goods. You pay the return postage if you only changed your mind.',
        ],
        [
          'Faults and wrong deliveries',
          'If the goods differ from what was shown or agreed, you may withdraw within 3 months of receiving them and within 30 days of finding out; Jangteo pays the postage.',
        ],
        [
          'When the money comes back',
          'We refund within 3 working days of getting the goods back. With cards it may take 3 to 4 more.',
        ],
      ],
    },
  },
}
