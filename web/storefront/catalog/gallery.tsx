import { useState } from 'react'
import { useText } from '../../shared/i18n/index.ts'
import { Picture } from '../kit/picture.tsx'

/** A product's pictures: one large, the others to choose from. */
export const Gallery = ({
  name,
  urls,
  soldOut,
}: {
  name: string
  urls: readonly (string | null)[]
  soldOut: boolean
}) => {
  const { t } = useText()
  const [at, show] = useState(0)
  return (
    <div>
      <div className="relative -mx-4 overflow-hidden bg-mist md:mx-0 md:rounded-lg">
        <Picture
          url={urls[at]}
          alt={t.product.image(name, at + 1, urls.length)}
          eager
          className={soldOut ? 'opacity-50' : ''}
        />
        {soldOut && (
          <span className="absolute top-4 left-4 rounded-sm bg-ink px-3 py-1 text-sm font-semibold text-white">
            {t.product.soldOut}
          </span>
        )}
      </div>
      {urls.length > 1 && (
        <ul className="mt-3 flex gap-2">
          {urls.map((url, index) => (
            <li key={url}>
              <button
                type="button"
                onClick={() => show(index)}
                aria-label={t.product.showImage(index + 1)}
                aria-pressed={index === at}
                className="block w-16 overflow-hidden rounded border-2 border-transparent aria-pressed:border-jjok"
              >
                <Picture url={url} />
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
