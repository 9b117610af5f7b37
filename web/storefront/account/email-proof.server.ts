import type { Visit } from '../../shared/server/page.server.ts'
import { text } from '../../shared/server/page.server.ts'

/** How far somebody has come in proving an e-mail address. The proof travels in the form; it works once and for one address. */
export type ProofStep =
  | { readonly step: 'email'; readonly email: string }
  | { readonly step: 'code'; readonly email: string; readonly sent: string }
  | { readonly step: 'proven'; readonly email: string; readonly proof: string }

/** Takes one step: sends a code, or exchanges it for a proof; undefined when the form asks for neither. */
export const proveEmail = async (
  { shop, form, page }: Visit & { readonly form: FormData },
  purpose: 'sign-up' | 'password-reset',
): Promise<ProofStep | undefined> => {
  const email = text(form, 'email')
  switch (form.get('intent')) {
    case 'start-over':
      return { step: 'email', email: '' }
    case 'send-code':
      await shop.email.sendCode({ email, purpose })
      return { step: 'code', email, sent: page.id() }
    case 'verify': {
      const { proof } = await shop.email.verifyCode({ email, purpose, code: text(form, 'code') })
      return { step: 'proven', email, proof }
    }
    default:
      return undefined
  }
}
