import { z } from 'zod'
import { contract, event, instantSchema } from '#kernel/contract.ts'
import { fault } from '#kernel/fault.ts'

/** An e-mail address, trimmed and in lower case: one person, one spelling. */
export const emailAddress = z.string().max(254).trim().toLowerCase().meta({ format: 'email' }).pipe(z.email())

export const codePurpose = z.enum(['sign-up', 'password-reset'])

export const CODE_INVALID = fault('CODE_INVALID', 400, {
  ko: '인증번호가 맞지 않거나 만료되었습니다. 다시 확인해 주세요.',
  en: 'The code is wrong or has expired. Please check it again.',
})
export const CODE_LIMIT = fault('CODE_LIMIT', 429, {
  ko: '인증번호를 너무 자주 요청했습니다. 잠시 후 다시 시도해 주세요.',
  en: 'Too many codes were requested. Please try again shortly.',
})
export const PROOF_INVALID = fault('PROOF_INVALID', 400, {
  ko: '이메일 인증이 만료되었습니다. 다시 인증해 주세요.',
  en: 'The e-mail verification has expired. Please verify the address again.',
})

export const email = contract('email', {
  sendCode: {
    summary: 'Sends a 6-digit code to an e-mail address. Answers the same whether or not the address is known.',
    method: 'POST',
    path: '/email-codes',
    access: 'public',
    status: 202,
    limits: { address: { calls: 60, seconds: 60 }, exact: true },
    input: z.object({ email: emailAddress, purpose: codePurpose }),
    output: z.object({ expiresAt: instantSchema }),
    faults: [CODE_LIMIT],
  },
  verifyCode: {
    summary: 'Exchanges a code for a proof that its holder reads mail at the address.',
    method: 'POST',
    path: '/email-codes/verify',
    access: 'public',
    limits: { address: { calls: 60, seconds: 60 }, exact: true },
    input: z.object({ email: emailAddress, purpose: codePurpose, code: z.string().regex(/^\d{6}$/) }),
    output: z.object({ proof: z.string() }),
    faults: [CODE_INVALID, CODE_LIMIT],
  },
  redeemProof: {
    summary: 'Uses up a proof. Repeating it with the same `use` succeeds again.',
    method: 'POST',
    access: 'service',
    repeatable: true,
    input: z.object({
      proof: z.string().max(200),
      email: emailAddress,
      purpose: codePurpose,
      use: z.string().max(100),
    }),
    output: z.object({ email: z.string() }),
    faults: [PROOF_INVALID],
  },
  send: {
    summary: 'Queues a mail for delivery, once per id.',
    method: 'POST',
    access: 'service',
    repeatable: true,
    input: z.object({
      id: z.uuid(),
      to: emailAddress,
      subject: z.string().min(1).max(200),
      text: z.string().max(100_000),
      html: z.string().max(500_000).optional(),
    }),
    output: z.object({ id: z.uuid() }),
  },
})

export const emailSent = event('email.sent', {
  version: 1,
  key: 'id',
  summary: 'A mail was taken by the mail server.',
  payload: z.object({ id: z.uuid(), at: instantSchema }),
})
