import { Link } from 'react-router'
import { pressable } from './button.tsx'

/** The way to the next page of a list, when there is one. */
export const MoreLink = ({ cursor, children }: { cursor: string | null; children: string }) =>
  cursor ? (
    <p className="pt-8 text-center">
      <Link to={`?cursor=${encodeURIComponent(cursor)}`} className={pressable('plain')}>
        {children}
      </Link>
    </p>
  ) : null
