/** The script of the page of the API: sends what is filled in and shows the answer. Plain, because it runs in a browser as it is. */
export const docsScript = `
const token = document.getElementById('token')
document.addEventListener('submit', async (event) => {
  const form = event.target
  if (!form.dataset.method) return
  event.preventDefault()
  const answer = form.querySelector('output')
  const button = form.querySelector('button')
  const given = [...form.querySelectorAll('[data-in]')].filter((each) => each.value !== '')
  const of = (place) => given.filter((each) => each.dataset.in === place)
  let path = form.dataset.path
  for (const each of of('path')) path = path.replace('{' + each.name + '}', encodeURIComponent(each.value))
  const query = new URLSearchParams(of('query').map((each) => [each.name, each.value]))
  const headers = Object.fromEntries(of('header').map((each) => [each.name, each.value]))
  if (token.value) headers.authorization = 'Bearer ' + token.value.trim()
  const body = form.querySelector('textarea')
  if (body) headers['content-type'] = 'application/json'
  button.disabled = true
  answer.textContent = '…'
  const began = performance.now()
  try {
    const response = await fetch(path + (query.size ? '?' + query : ''), {
      method: form.dataset.method,
      headers,
      ...(body && { body: body.value }),
    })
    const text = await response.text()
    let shown = text
    try {
      const parsed = JSON.parse(text)
      shown = JSON.stringify(parsed, null, 2)
      if (parsed && parsed.accessToken) token.value = parsed.accessToken
    } catch {}
    answer.textContent = response.status + ' ' + response.statusText + '  ' + Math.round(performance.now() - began) + ' ms\\n' + shown
  } catch (error) {
    answer.textContent = String(error)
  } finally {
    button.disabled = false
  }
})
const open = () => {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)))
  if (target instanceof HTMLDetailsElement) target.open = true
}
addEventListener('hashchange', open)
open()
`
