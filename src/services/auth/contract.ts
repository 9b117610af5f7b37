import { z } from 'zod'
import { contract, event, instantSchema, nothing } from '#kernel/contract.ts'
import { fault } from '#kernel/fault.ts'
import { emailAddress, PROOF_INVALID } from '#services/email/contract.ts'
import { personName } from '#services/member/contract.ts'

export const CREDENTIALS_INVALID = fault('CREDENTIALS_INVALID', 401, {
  ko: '이메일 또는 비밀번호가 맞지 않습니다.',
  en: 'The e-mail address or the password is wrong.',
})
export const EMAIL_TAKEN = fault('EMAIL_TAKEN', 409, {
  ko: '이미 가입된 이메일입니다. 로그인해 주세요.',
  en: 'This address is already a member. Please sign in.',
})
export const REFRESH_INVALID = fault('REFRESH_INVALID', 401, {
  ko: '로그인이 만료되었습니다. 다시 로그인해 주세요.',
  en: 'Your sign-in has expired. Please sign in again.',
})
export const SIGN_IN_THROTTLED = fault('SIGN_IN_THROTTLED', 429, {
  ko: '로그인을 너무 여러 번 시도했습니다. 잠시 후 다시 시도해 주세요.',
  en: 'Too many sign-in attempts. Please try again later.',
})

export const ACCOUNT_NOT_FOUND = fault('ACCOUNT_NOT_FOUND', 404, {
  ko: '가입되지 않은 이메일입니다.',
  en: 'Nobody has signed up with this address.',
})

/** Seconds an access token is good for. */
export const ACCESS_TOKEN_SECONDS = 15 * 60
/** `iss` and `aud` of access tokens. */
export const TOKEN_ISSUER = 'jangteo'
export const TOKEN_AUDIENCE = 'jangteo'

/** What an access token says (a JWT signed with EdDSA; its keys are those of `keys`). */
export const accessClaims = z.object({
  /** The member. */
  sub: z.uuid(),
  /** The sign-in, as `revocations` names it. */
  sid: z.uuid(),
  /** Roles of staff; empty for customers. */
  roles: z.array(z.string()),
  iss: z.literal(TOKEN_ISSUER),
  aud: z.literal(TOKEN_AUDIENCE),
  iat: z.number().int(),
  exp: z.number().int(),
})
export type AccessClaims = z.output<typeof accessClaims>

/** A password to be: how easily it is guessed is judged by the service, which has the list of the most used. */
const newPassword = z.string().min(8).max(128)

export const sessionOutput = z.object({
  member: z.object({ id: z.uuid(), email: z.string(), name: z.string(), roles: z.array(z.string()) }),
  accessToken: z.string(),
  refreshToken: z.string(),
  /** Seconds until the access token expires. */
  expiresIn: z.number().int(),
})
export type Session = z.output<typeof sessionOutput>

export const auth = contract('auth', {
  signUp: {
    summary: 'Makes a member of a person whose e-mail address is proven, and signs them in.',
    method: 'POST',
    path: '/auth/sign-up',
    access: 'public',
    status: 201,
    limits: { address: { calls: 60, seconds: 60 }, exact: true },
    input: z.object({
      email: emailAddress,
      password: newPassword,
      name: personName,
      emailProof: z.string().min(1).max(200),
    }),
    output: sessionOutput,
    faults: [PROOF_INVALID, EMAIL_TAKEN],
  },
  signIn: {
    summary: 'Signs a member in.',
    method: 'POST',
    path: '/auth/sign-in',
    access: 'public',
    limits: { address: { calls: 120, seconds: 60 }, exact: true },
    input: z.object({ email: emailAddress, password: z.string().min(1).max(128) }),
    output: sessionOutput,
    faults: [CREDENTIALS_INVALID, SIGN_IN_THROTTLED],
  },
  refresh: {
    summary: 'Exchanges a refresh token for new tokens. Each token works once; using one again ends its whole family.',
    method: 'POST',
    path: '/auth/refresh',
    access: 'public',
    input: z.object({ refreshToken: z.string().min(1).max(300) }),
    output: sessionOutput,
    faults: [REFRESH_INVALID],
  },
  renew: {
    summary:
      'As `refresh`, for the cookies of pages: the token exchanged last may come again within 10 seconds (two tabs, a lost answer) and gives the same next one.',
    method: 'POST',
    access: 'service',
    input: z.object({ refreshToken: z.string().min(1).max(300) }),
    output: sessionOutput,
    faults: [REFRESH_INVALID],
  },
  signOut: {
    summary: 'Ends this sign-in everywhere within 5 seconds.',
    method: 'POST',
    path: '/auth/sign-out',
    access: 'member',
    status: 204,
    repeatable: true,
    input: nothing,
    output: z.void(),
  },
  changePassword: {
    summary: 'Changes the password, ends every sign-in and answers with a new one.',
    method: 'PUT',
    path: '/auth/password',
    access: 'member',
    input: z.object({ currentPassword: z.string().min(1).max(128), newPassword }),
    output: sessionOutput,
    faults: [CREDENTIALS_INVALID, SIGN_IN_THROTTLED],
  },
  resetPassword: {
    summary: 'Sets a new password for a proven e-mail address (purpose `password-reset`) and ends every sign-in.',
    method: 'POST',
    path: '/auth/password-reset',
    access: 'public',
    status: 204,
    limits: { address: { calls: 30, seconds: 60 }, exact: true },
    input: z.object({ email: emailAddress, newPassword, emailProof: z.string().min(1).max(200) }),
    output: z.void(),
    faults: [PROOF_INVALID, ACCOUNT_NOT_FOUND],
  },
  keys: {
    summary: 'The public keys that verify access tokens (JWKS, RFC 7517).',
    method: 'GET',
    access: 'service',
    input: nothing,
    output: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }),
  },
  revocations: {
    summary:
      'Sessions ended since an instant (epoch ms) whose access tokens may still be unexpired; some are told twice, none is left out.',
    method: 'GET',
    access: 'service',
    input: z.object({ since: z.number().int() }),
    output: z.object({ sessions: z.array(z.object({ id: z.uuid(), at: z.number().int() })), now: z.number().int() }),
  },
})

export const sessionEnded = event('auth.session_ended', {
  version: 1,
  key: 'memberId',
  summary: 'A sign-in ended: by signing out, by reuse of a refresh token, or by withdrawal.',
  payload: z.object({ memberId: z.uuid(), sessionId: z.uuid(), reason: z.string(), at: instantSchema }),
})
