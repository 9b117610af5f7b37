import { escapeHtml } from '#kernel/text/html.ts'
import type { FaultDefinition, Locale } from '#kernel/fault.ts'
import type { OpenApiDocument, OpenApiOperation, Parameter } from '#kernel/documents/openapi.ts'
import { docsScript } from './docs-script.ts'
import { docsStyle } from './docs-style.ts'
import { exampleOf } from './docs-example.ts'

const words = {
  ko: {
    title: '장터 API',
    lead: '모든 작업을 읽고 바로 실행해 볼 수 있습니다. 오류는 언제나 문제 문서(RFC 9457)로 답합니다.',
    documents: '기계가 읽는 문서',
    token: '액세스 토큰 (로그인하면 자동으로 채워집니다)',
    body: '본문 (JSON)',
    send: '보내기',
    answer: '응답',
    faults: '오류 코드',
    code: '코드',
    status: '상태',
    meaning: '뜻',
    required: '필수',
    contents: '차례',
  },
  en: {
    title: 'Jangteo API',
    lead: 'Read and try every operation. Errors are always problem documents (RFC 9457).',
    documents: 'For machines',
    token: 'Access token (filled in when you sign in)',
    body: 'Body (JSON)',
    send: 'Send',
    answer: 'Answer',
    faults: 'Error codes',
    code: 'Code',
    status: 'Status',
    meaning: 'Meaning',
    required: 'required',
    contents: 'Contents',
  },
} as const

const html = (text: unknown): string => escapeHtml(String(text))

const fieldOf = (operation: OpenApiOperation, parameter: Parameter, locale: Locale): string => {
  const id = html(`${operation.operationId}-${parameter.name}`)
  const mark = parameter.required ? ` <span class="about">(${words[locale].required})</span>` : ''
  return `<label for="${id}">${html(parameter.name)}${mark}</label>
<input id="${id}" name="${html(parameter.name)}" data-in="${parameter.in}" autocomplete="off"${parameter.required ? ' required' : ''}>`
}

const operationOf = (path: string, method: string, operation: OpenApiOperation, locale: Locale): string => {
  const w = words[locale]
  const id = html(operation.operationId)
  const schema = operation.requestBody?.content['application/json'].schema
  const body = schema
    ? `<label for="${id}-body">${w.body}</label>
<textarea id="${id}-body" spellcheck="false">${html(JSON.stringify(exampleOf(schema), null, 2))}</textarea>`
    : ''
  const faults = operation['x-faults']
    .map((code) => `<a href="#fault-${html(code)}"><code>${html(code)}</code></a>`)
    .join(' ')
  return `<details id="${id}">
<summary><span class="method">${method.toUpperCase()}</span> <code>${html(path)}</code> <span class="about">${html(operation.summary)}</span></summary>
<form data-method="${method.toUpperCase()}" data-path="${html(path)}">
<p class="about">${html(operation.description)} ${faults}</p>
${(operation.parameters ?? []).map((each) => fieldOf(operation, each, locale)).join('\n')}
${body}
<button>${w.send}</button>
<output aria-label="${w.answer}" aria-live="polite" tabindex="0"></output>
</form>
</details>`
}

const meaningOf = ({ messages }: FaultDefinition, locale: Locale): string => {
  const message = messages[locale]
  return typeof message === 'string' ? html(message) : ''
}

/** The page of the API, in a language: every operation with a form to try it, and every fault. */
export const docsPage = (
  document: OpenApiDocument,
  faults: readonly FaultDefinition[],
  locale: Locale,
  nonce: string,
): string => {
  const w = words[locale]
  const all = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
  const sections = document.tags.map(
    ({ name }) => `<section aria-labelledby="service-${name}"><h2 id="service-${name}">${name}</h2>
${all
  .filter((each) => each.operation.tags.includes(name))
  .map((each) => operationOf(each.path, each.method, each.operation, locale))
  .join('\n')}
</section>`,
  )
  const rows = faults.map(
    (each) =>
      `<tr id="fault-${html(each.code)}"><th scope="row"><code>${html(each.code)}</code></th><td>${each.status}</td><td>${meaningOf(each, locale)}</td></tr>`,
  )
  return `<!doctype html>
<html lang="${locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${w.title}</title><style nonce="${nonce}">${docsStyle}</style></head>
<body><header><h1>${w.title}</h1><p>${w.lead}</p>
<p>${w.documents}: <a href="/api/openapi.json">OpenAPI 3.1</a> · <a href="/api/asyncapi.json">AsyncAPI 3</a></p>
<nav aria-label="${w.contents}"><ul>${document.tags.map(({ name }) => `<li><a href="#service-${name}">${name}</a></li>`).join('')}<li><a href="#faults">${w.faults}</a></li></ul></nav>
<label for="token">${w.token}</label><input id="token" autocomplete="off" spellcheck="false"></header>
<main>${sections.join('\n')}
<section aria-labelledby="faults"><h2 id="faults">${w.faults}</h2>
<table><thead><tr><th scope="col">${w.code}</th><th scope="col">${w.status}</th><th scope="col">${w.meaning}</th></tr></thead><tbody>
${rows.join('\n')}
</tbody></table></section></main>
<script type="module" nonce="${nonce}">${docsScript}</script></body></html>`
}
