/** A mail as it is handed to a mail server. */
export interface Mail {
  /** Becomes the Message-ID: the same mail sent twice can be told. */
  readonly id: string
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html?: string | undefined
  /** Epoch milliseconds of its Date header. */
  readonly at: number
}

/** What came of an attempt. `why` holds codes only, never an address or a content, so that it may be logged. */
export type Outcome =
  | { readonly kind: 'sent' }
  /** The server will never take it. */
  | { readonly kind: 'refused'; readonly why: string }
  /** It may be taken later, or was taken and the answer lost. */
  | { readonly kind: 'failed'; readonly why: string }

/** Hands mails to a mail server. */
export interface Mailer {
  /** Tries once and answers within half a minute. Never throws. */
  send(mail: Mail): Promise<Outcome>
  close(): void
}
