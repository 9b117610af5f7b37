import type { ComponentProps, ReactNode } from 'react'

type Look = 'primary' | 'plain' | 'quiet' | 'danger'
type Size = 'small' | 'medium' | 'large'

const looks: Record<Look, string> = {
  primary: 'bg-jjok text-white hover:bg-jjok-deep disabled:bg-edge border border-transparent',
  plain: 'bg-white text-ink border border-edge hover:border-ink hover:bg-paper disabled:text-edge disabled:border-line',
  quiet: 'text-ink border border-transparent hover:bg-mist disabled:text-edge',
  danger: 'bg-white text-juhong border border-juhong hover:bg-juhong-soft disabled:text-edge disabled:border-line',
}
const sizes: Record<Size, string> = {
  small: 'h-9 px-3 text-sm',
  medium: 'h-11 px-5 text-base',
  large: 'h-13 px-6 text-lg',
}

/** How something pressable looks; for links that act like buttons as well. */
export const pressable = (look: Look = 'primary', size: Size = 'medium', more = ''): string =>
  `inline-flex items-center justify-center gap-2 rounded font-semibold whitespace-nowrap transition-colors ${looks[look]} ${sizes[size]} ${more}`

interface Props extends ComponentProps<'button'> {
  readonly look?: Look
  readonly size?: Size
  /** Says what is going on and keeps a second press from doing it twice. */
  readonly busy?: ReactNode | false
}

/** A button. While `busy`, presses are swallowed but focus stays. */
export const Button = ({ look, size, busy = false, className = '', children, onClick, ...rest }: Props) => (
  <button
    type="submit"
    {...rest}
    aria-disabled={busy !== false || undefined}
    onClick={busy === false ? onClick : (event) => event.preventDefault()}
    className={`${pressable(look, size, className)} aria-disabled:opacity-70`}
  >
    {busy === false ? children : busy}
  </button>
)
