import { domainToASCII } from 'node:url'
import type { Mail } from './mailer.ts'

/** Bytes of text in an encoded word: with its frame and the name of the header it stays below the 76 characters of a line. */
const WORD = 39
/** Base64 of a line of 76 characters. */
const LINE = /.{76}/g

/** Text in pieces of at most `most` bytes of UTF-8, no character cut in two. */
const pieces = (text: string, most: number): string[] => {
  const found: string[] = []
  let piece = ''
  let bytes = 0
  for (const character of text) {
    const more = Buffer.byteLength(character)
    if (bytes + more > most) {
      found.push(piece)
      piece = ''
      bytes = 0
    }
    piece += character
    bytes += more
  }
  return [...found, piece]
}

/** Text as a header may hold it (RFC 2047); one line, whatever it was. */
const headerText = (text: string): string => {
  const line = text.replace(/\p{Cc}+/gu, ' ').trim()
  if (/^[\x20-\x7e]{0,60}$/.test(line) && !line.includes('=?')) return line
  return pieces(line, WORD)
    .map((each) => `=?UTF-8?B?${Buffer.from(each).toString('base64')}?=`)
    .join('\r\n ')
}

/** Whom a mail is from: the address for the envelope, and what its header says. */
export interface Sender {
  readonly address: string
  readonly header: string
}

/** Reads a sender, `name <address>` or an address. */
export const senderOf = (from: string): Sender => {
  const [, name = '', given = from] = /^\s*(.*?)\s*<([^<>]*)>\s*$/s.exec(from) ?? []
  const at = given.lastIndexOf('@')
  const address = `${given.slice(0, at)}@${domainToASCII(given.slice(at + 1))}`
  const plain = name.replace(/^"(.*)"$/, '$1')
  if (plain === '') return { address, header: address }
  // In quotes, a name of ASCII may hold commas and dots.
  const quoted = /^[\x20-\x7e]{1,60}$/.test(plain) ? `"${plain.replace(/["\\]/g, '\\$&')}"` : headerText(plain)
  return { address, header: `${quoted}\r\n <${address}>` }
}

/** Base64 and not quoted-printable: a third of the size for Korean, and made by the machine instead of by us. */
const part = (type: string, text: string): string =>
  `Content-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(
    text.replace(/\r\n|\r|\n/g, '\r\n'),
  )
    .toString('base64')
    .replace(LINE, '$&\r\n')}\r\n`

/** A mail as it travels (RFC 5322 and MIME). Its shape is always the same: text, or text and HTML to choose from. */
export const messageOf = (sender: Sender, { id, to, subject, text, html, at }: Mail): Buffer => {
  const head = [
    `From: ${sender.header}`,
    `To: ${to.replace(/\p{Cc}/gu, '')}`,
    `Subject: ${headerText(subject)}`,
    `Message-ID: <${id}@jangteo>`,
    `Date: ${new Date(at).toUTCString().replace('GMT', '+0000')}`,
    'Auto-Submitted: auto-generated',
    'MIME-Version: 1.0',
    '',
  ].join('\r\n')
  if (html === undefined) return Buffer.from(head + part('text/plain', text))
  // `=_` occurs in nothing that is encoded.
  const boundary = `=_${id}`
  return Buffer.from(
    `${head}Content-Type: multipart/alternative;\r\n boundary="${boundary}"\r\n\r\n--${boundary}\r\n${part(
      'text/plain',
      text,
    )}--${boundary}\r\n${part('text/html', html)}--${boundary}--\r\n`,
  )
}
