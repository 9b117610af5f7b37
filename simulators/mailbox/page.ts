import type { Message } from './store.ts'

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escaped = (text: string): string => text.replace(/[&<>"']/g, (each) => entities[each]!)

const when = new Intl.DateTimeFormat('ko-KR', { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'Asia/Seoul' })

const style = `
body{margin:0;background:#f5f5f4;color:#1c1917;font:16px/1.6 'Apple SD Gothic Neo','Malgun Gothic',system-ui,sans-serif}
main{word-break:keep-all;max-width:720px;margin:0 auto;padding:24px 16px}
h1{font-size:24px;margin:0 0 4px}
form{display:flex;gap:8px;margin:16px 0}
input{flex:1;min-width:0;padding:8px 12px;font:inherit;border:1px solid #a8a29e;border-radius:8px}
button{padding:8px 16px;font:inherit;border:0;border-radius:8px;background:#1c1917;color:#fff}
article{margin:12px 0;padding:16px;background:#fff;border-radius:12px}
h2{font-size:17px;margin:0}
.who{margin:0;color:#57534e;font-size:14px}
pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit;margin:12px 0 0}`

const articleOf = (message: Message): string => `
<article>
<h2>${escaped(message.subject)}</h2>
<p class="who">${message.from === '' ? '' : `${escaped(message.from)} → `}${escaped(message.to)} · <time datetime="${new Date(message.at).toISOString()}">${when.format(message.at)}</time>${
  message.html === null ? '' : ` · <a href="/simulators/mailbox/messages/${message.id}/html">꾸민 모습 보기</a>`
}</p>
<pre>${escaped(message.text.trim())}</pre>
</article>`

/** The mailbox as a page: mails as text, nothing in them is run. */
export const page = (messages: readonly Message[], to: string | undefined): string => `<!doctype html>
<html lang="ko"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>메일함 (개발용)</title>
<style>${style}</style></head>
<body><main>
<h1>메일함</h1>
<p class="who">개발용입니다. 장터가 보낸 메일이 실제로 나가지 않고 여기에 모입니다.</p>
<form><label for="to" hidden>받는 사람</label>
<input id="to" name="to" type="search" aria-label="받는 사람 이메일" placeholder="받는 사람 이메일" value="${escaped(to ?? '')}">
<button>찾기</button></form>
${messages.length === 0 ? '<p>아직 받은 메일이 없습니다.</p>' : messages.map(articleOf).join('')}
</main></body></html>`

/** Lets the style of the page through, and nothing else: no script, no picture, no request. */
export const pagePolicy =
  "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; sandbox allow-forms allow-same-origin"
