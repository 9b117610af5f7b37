import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react'
import { Form, useLocation, useNavigate, useSearchParams } from 'react-router'
import { useText } from '../../shared/i18n/index.ts'
import { Icon } from '../../shared/ui/icons.tsx'

const PAUSE = 120

/**
 * The search field: a plain form without scripts, an ARIA combobox with them. Enter while a Hangul syllable is still being
 * composed belongs to the input method, not to us.
 */
export const SearchBox = () => {
  const { t } = useText()
  const navigate = useNavigate()
  const location = useLocation()
  const [search] = useSearchParams()
  const current = location.pathname === '/products' ? (search.get('q') ?? '') : ''
  const [text, setText] = useState(current)
  const [open, setOpen] = useState(false)
  const [active, setActive] = useState(-1)
  const listId = useId()
  const { items, asked } = useSuggestions(text, open)

  // What was typed before the page was alive counts too.
  const field = useRef<HTMLInputElement>(null)
  useEffect(
    () => setText((before) => (current === '' && before === '' ? (field.current?.value ?? '') : current)),
    [current],
  )
  useEffect(() => setActive(-1), [items])

  const go = (query: string): void => {
    setText(query)
    setOpen(false)
    navigate(`/products?q=${encodeURIComponent(query)}`)
  }

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing || event.keyCode === 229) return
    if (event.key === 'Escape') return setOpen(false)
    if (event.key === 'Enter' && open && active >= 0) {
      event.preventDefault()
      return go(items[active]!)
    }
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (!step) return
    event.preventDefault()
    setOpen(true)
    // Past either end lies the field itself.
    if (items.length) setActive((at) => ((at + 1 + step + items.length + 1) % (items.length + 1)) - 1)
  }

  const shown = open && items.length > 0
  return (
    <Form
      action="/products"
      role="search"
      className="relative"
      onSubmit={() => setOpen(false)}
      onBlur={(event) => event.currentTarget.contains(event.relatedTarget) || setOpen(false)}
    >
      <div className="flex items-center rounded-full border-[1.5px] border-jjok bg-white focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-jjok">
        <input
          ref={field}
          type="search"
          name="q"
          role="combobox"
          aria-label={t.search.label}
          aria-expanded={shown}
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={shown && active >= 0 ? `${listId}-${active}` : undefined}
          autoComplete="off"
          autoCorrect="off"
          spellCheck={false}
          enterKeyHint="search"
          maxLength={100}
          placeholder={t.search.placeholder}
          value={text}
          onChange={(event) => (setText(event.target.value), setOpen(true))}
          onFocus={() => setOpen(true)}
          onKeyDown={onKeyDown}
          className="h-11 min-w-0 grow bg-transparent pl-5 outline-none placeholder:text-quiet [&::-webkit-search-cancel-button]:hidden"
        />
        <button
          type="submit"
          aria-label={t.search.submit}
          className="flex size-11 shrink-0 items-center justify-center rounded-full text-jjok"
        >
          <Icon name="search" />
        </button>
      </div>
      <ul
        id={listId}
        role="listbox"
        aria-label={t.search.suggestions}
        hidden={!shown}
        className="absolute inset-x-0 top-full z-40 mt-2 overflow-hidden rounded-lg border border-line bg-white py-2 shadow-lg"
      >
        {items.map((item, at) => (
          <li
            key={item}
            id={`${listId}-${at}`}
            role="option"
            aria-selected={at === active}
            onMouseDown={(event) => (event.preventDefault(), go(item))}
            onMouseEnter={() => setActive(at)}
            className="flex cursor-pointer items-center gap-3 px-5 py-2.5 aria-selected:bg-jjok-soft aria-selected:text-jjok-deep"
          >
            <Icon name="search" className="size-4 text-edge" />
            {item}
          </li>
        ))}
      </ul>
      <div aria-live="polite" className="sr-only">
        {open && asked ? (items.length ? t.search.count(items.length) : t.search.none) : ''}
      </div>
    </Form>
  )
}

/** Suggestions for what is typed, asked once typing pauses; a late answer never replaces a newer one. */
const useSuggestions = (text: string, wanted: boolean): { items: readonly string[]; asked: boolean } => {
  const [answer, setAnswer] = useState<{ items: readonly string[]; asked: boolean }>({ items: [], asked: false })
  const cache = useRef(new Map<string, readonly string[]>())
  const query = text.trim().normalize('NFC')
  useEffect(() => {
    if (!wanted || !query) return setAnswer({ items: [], asked: false })
    const known = cache.current.get(query)
    if (known) return setAnswer({ items: known, asked: true })
    const stop = new AbortController()
    const timer = setTimeout(async () => {
      try {
        const response = await fetch(`/api/catalog/suggestions?limit=8&q=${encodeURIComponent(query)}`, {
          signal: stop.signal,
        })
        if (!response.ok) return
        const { items } = (await response.json()) as { items: { text: string }[] }
        const texts = [...new Set(items.map((each) => each.text))]
        cache.current.set(query, texts)
        setAnswer({ items: texts, asked: true })
      } catch {
        // Typing on, or offline: searching still works without suggestions.
      }
    }, PAUSE)
    return () => (clearTimeout(timer), stop.abort())
  }, [query, wanted])
  return answer
}
