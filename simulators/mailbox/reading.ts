import PostalMime from 'postal-mime'

/** What a mail says. */
export interface Content {
  /** Name and address it came under. */
  readonly from: string
  readonly subject: string
  readonly text: string
  readonly html: string | null
}

/** Lines end in CR LF on the way, and in LF where they are read. */
const lines = (text: string): string => text.replaceAll('\r\n', '\n')

/** Reads a mail as it came. */
export const read = async (raw: Uint8Array): Promise<Content> => {
  const mail = await PostalMime.parse(raw)
  const { name = '', address = '' } = mail.from ?? {}
  return {
    from: name === '' ? address : `${name} <${address}>`,
    subject: mail.subject ?? '',
    text: lines(mail.text ?? ''),
    html: mail.html === undefined ? null : lines(mail.html),
  }
}
