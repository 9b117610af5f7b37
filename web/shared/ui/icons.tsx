const paths = {
  search: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13Zm5 11.5L20 20',
  cart: 'M5.5 8.5h13l-1 11h-11l-1-11ZM9 8.5V7a3 3 0 0 1 6 0v1.5',
  bell: 'M6 16.5V11a6 6 0 1 1 12 0v5.5l1.5 1.5h-15L6 16.5ZM10 20.5h4',
  person: 'M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8ZM4.5 20a7.5 7.5 0 0 1 15 0',
  home: 'M4 11.5 12 5l8 6.5M6 10v9.5h12V10',
  list: 'M4 6.5h16M4 12h16M4 17.5h10',
  minus: 'M6 12h12',
  plus: 'M6 12h12M12 6v12',
  close: 'm6 6 12 12M18 6 6 18',
  right: 'm9.5 6 6 6-6 6',
  down: 'm6 9.5 6 6 6-6',
  check: 'm5 12.5 4.5 4.5L19 7.5',
} as const

/** A small line drawing beside words; never the only name of anything. */
export const Icon = ({ name, className = 'size-6' }: { name: keyof typeof paths; className?: string }) => (
  <svg
    viewBox="0 0 24 24"
    className={className}
    fill="none"
    stroke="currentColor"
    strokeWidth="1.6"
    strokeLinecap="round"
    strokeLinejoin="round"
    aria-hidden="true"
  >
    <path d={paths[name]} />
  </svg>
)

/** The awning of a market stall: the shop's sign. */
export const Awning = ({ className = 'h-6 w-7' }: { className?: string }) => (
  <svg viewBox="0 0 28 24" className={className} aria-hidden="true">
    <path d="M3 3h22l2.5 8h-27L3 3Z" fill="var(--color-jjok)" />
    <path d="M9.2 3h4.8v8H7.7L9.2 3ZM18.8 3H14v8h6.3L18.8 3Z" fill="#fff" opacity=".0" />
    <path
      d="M.5 11h6.75a3.4 3.4 0 0 1-6.75 0Zm6.75 0H14a3.4 3.4 0 0 1-6.75 0ZM14 11h6.75A3.4 3.4 0 0 1 14 11Zm6.75 0h6.75a3.4 3.4 0 0 1-6.75 0Z"
      fill="var(--color-jjok)"
    />
    <path d="M7.25 11 9 3h1.4L8.6 11H7.25ZM14.7 3v8h-1.4V3h1.4Zm3 0h1.4l1.65 8H19.4L17.7 3Z" fill="#fff" />
    <path d="M4.5 16v6h19v-6" fill="none" stroke="var(--color-jjok)" strokeWidth="1.8" />
  </svg>
)
