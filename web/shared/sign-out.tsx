import { Form } from 'react-router'
import { useText } from './i18n/index.ts'

/** Sign-out button, as a form: signing out changes state. */
export const SignOut = ({ className = '' }: { className?: string }) => {
  const { t } = useText()
  return (
    <Form method="post" action="/sign-out">
      <button type="submit" className={className}>
        {t.nav.signOut}
      </button>
    </Form>
  )
}
