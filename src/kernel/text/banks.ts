/** A name of a bank in the languages of the shop. */
export interface BankName {
  readonly ko: string
  readonly en: string
}

/**
 * Korean banks by the two digits Toss Payments names them by, with the code of that name its API also takes. Most are the
 * last two digits of the code of the financial network (금융결제원); where they differ, the latter is an alias below.
 */
const listed: readonly (readonly [code: string, ko: string, en: string, alias: string])[] = [
  ['02', 'KDB산업은행', 'KDB Bank', 'KDBBANK'],
  ['03', 'IBK기업은행', 'IBK', 'IBK'],
  ['06', 'KB국민은행', 'KB Kookmin Bank', 'KOOKMIN'],
  ['07', '수협은행', 'Suhyup Bank', 'SUHYEOP'],
  ['11', 'NH농협은행', 'NH NongHyup Bank', 'NONGHYEOP'],
  ['12', '단위농협(지역농축협)', 'Local NongHyup', 'LOCALNONGHYEOP'],
  ['20', '우리은행', 'Woori Bank', 'WOORI'],
  ['23', 'SC제일은행', 'SC First Bank', 'SC'],
  ['27', '씨티은행', 'Citibank Korea', 'CITI'],
  ['31', 'iM뱅크(대구은행)', 'iM Bank', 'DAEGUBANK'],
  ['32', '부산은행', 'Busan Bank', 'BUSANBANK'],
  ['34', '광주은행', 'Gwangju Bank', 'GWANGJUBANK'],
  ['35', '제주은행', 'Jeju Bank', 'JEJUBANK'],
  ['37', '전북은행', 'Jeonbuk Bank', 'JEONBUKBANK'],
  ['39', '경남은행', 'Kyongnam Bank', 'KYONGNAMBANK'],
  ['45', '새마을금고', 'MG Community Credit', 'SAEMAUL'],
  ['48', '신협', 'Credit Unions', 'SHINHYEOP'],
  ['50', '저축은행', 'Savings Banks', 'SAVINGBANK'],
  ['54', 'HSBC', 'HSBC', 'HSBC'],
  ['64', '산림조합', 'Forestry Cooperatives', 'SANLIM'],
  ['71', '우체국', 'Korea Post', 'POST'],
  ['81', '하나은행', 'Hana Bank', 'HANA'],
  ['88', '신한은행', 'Shinhan Bank', 'SHINHAN'],
  ['89', '케이뱅크', 'K bank', 'KBANK'],
  ['90', '카카오뱅크', 'KakaoBank', 'KAKAOBANK'],
  ['92', '토스뱅크', 'Toss Bank', 'TOSSBANK'],
]

/** Banks by code, in the order of their codes. */
export const BANKS: ReadonlyMap<string, BankName> = new Map(listed.map(([code, ko, en]) => [code, { ko, en }]))

/** What people call them besides, and codes other systems know them by. */
const others: Readonly<Record<string, string>> = {
  '04': '06',
  KB: '06',
  NH: '11',
  지역농협: '12',
  단위농협: '12',
  한국씨티은행: '27',
  대구은행: '31',
  대구: '31',
  아이엠뱅크: '31',
  iM뱅크: '31',
  신용협동조합: '48',
  우체국예금: '71',
  KEB하나은행: '81',
  외환은행: '81',
}

/** Names are compared without spaces, dots and case, in composed form. */
const plain = (name: string): string =>
  name
    .normalize('NFKC')
    .replace(/[\s.·-]/g, '')
    .toUpperCase()

/** A Korean name as it is also said: without the Latin letters it begins with, and without the word for bank. */
const shortened = (ko: string): readonly string[] => {
  const hangul = ko.replace(/^[A-Z]+(?=\p{Script=Hangul})/u, '')
  return [ko, hangul].flatMap((name) => [name, name.replace(/(은행|뱅크|금고)$/, '')])
}

const byName: ReadonlyMap<string, string> = new Map(
  [
    ...listed.flatMap(([code, ko, en, alias]) =>
      [code, alias, en, en.replace(/ Banks?$/, ''), ...shortened(ko)].map((name) => [name, code] as const),
    ),
    ...Object.entries(others),
  ].map(([name, code]) => [plain(name), code]),
)

/**
 * The code of a bank that is given by its code, also as the three digits of the financial network (`088`), or by its
 * Korean or English name (`신한`, `신한은행`, `Shinhan Bank`, `SHINHAN`); undefined for any other text.
 */
export const bankCodeOf = (given: string): string | undefined => {
  const name = plain(given)
  return byName.get(/^0\d\d$/.test(name) ? name.slice(1) : name)
}

/** A bank's name; a code we do not know stands for itself. */
export const bankNameOf = (code: string): BankName => BANKS.get(code) ?? { ko: code, en: code }
