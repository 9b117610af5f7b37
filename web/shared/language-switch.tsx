import { Form, useLocation } from 'react-router'
import { useText } from './i18n/index.ts'

/** Language switch; a form, so that it works before and without scripts. */
export const LanguageSwitch = () => {
  const { t, locale } = useText()
  const { pathname, search } = useLocation()
  return (
    <Form method="post" action="/locale" preventScrollReset>
      <input type="hidden" name="locale" value={locale === 'ko' ? 'en' : 'ko'} />
      <input type="hidden" name="next" value={pathname + search} />
      <button
        type="submit"
        lang={locale === 'ko' ? 'en' : 'ko'}
        aria-label={`${t.nav.language}: ${t.nav.languageLabel}`}
        className="h-11 rounded px-3 text-sm text-quiet hover:bg-mist hover:text-ink"
      >
        {t.nav.language}
      </button>
    </Form>
  )
}
