/** The look of the page of the API. */
export const docsStyle = `
:root { color-scheme: light dark; --line: light-dark(#d6d3d1, #44403c); --soft: light-dark(#f5f5f4, #1c1917); --text: light-dark(#1c1917, #f5f5f4); --muted: light-dark(#57534e, #a8a29e); --accent: light-dark(#0f5f52, #5eead4) }
* { box-sizing: border-box }
body { margin: 0; font: 16px/1.6 system-ui, 'Apple SD Gothic Neo', 'Malgun Gothic', sans-serif; color: var(--text); background: light-dark(#fff, #0c0a09) }
main, header { max-width: 60rem; margin: 0 auto; padding: 1rem 1.25rem }
a { color: var(--accent) }
h2 { margin: 2.5rem 0 .75rem; font-size: 1.25rem }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; padding: 0; list-style: none }
details { border: 1px solid var(--line); border-radius: .5rem; margin: .5rem 0 }
summary { display: flex; flex-wrap: wrap; gap: .25rem .75rem; padding: .6rem .9rem; cursor: pointer; align-items: baseline }
summary:focus-visible, :is(input, textarea, button, a):focus-visible { outline: 3px solid var(--accent); outline-offset: 1px }
.method { font-weight: 700; font-size: .85rem; min-width: 4rem }
code, textarea, output { font-family: ui-monospace, monospace; font-size: .9rem; overflow-wrap: anywhere }
.about { color: var(--muted) }
form { padding: .25rem .9rem 1rem; border-top: 1px solid var(--line) }
label { display: block; margin: .75rem 0 .25rem; font-weight: 600 }
input, textarea { width: 100%; padding: .5rem .6rem; border: 1px solid var(--muted); border-radius: .375rem; background: transparent; color: inherit; font: inherit }
textarea { min-height: 9rem; resize: vertical }
button { margin: 1rem 0 0; padding: .5rem 1.25rem; border: 0; border-radius: .375rem; background: var(--accent); color: light-dark(#fff, #0c0a09); font: inherit; font-weight: 600; cursor: pointer }
button:disabled { opacity: .6 }
output { display: block; margin-top: 1rem; padding: .75rem; background: var(--soft); border-radius: .375rem; white-space: pre-wrap; max-height: 30rem; overflow: auto }
output:empty { display: none }
table { width: 100%; border-collapse: collapse }
th, td { padding: .4rem .5rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line) }
tr:target { background: var(--soft) }
`
