import { Link } from 'react-router'
import type { ProductCard as Card } from '#services/catalog/contract.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Price } from '../kit/price.tsx'
import { Picture } from '../kit/picture.tsx'

/** A product in a grid. The whole card is one link with one name. */
export const ProductCard = ({ card, eager, rank }: { card: Card; eager?: boolean; rank?: number }) => {
  const { t } = useText()
  return (
    <Link to={`/products/${card.id}`} prefetch="intent" className="group block">
      <div className="relative overflow-hidden rounded bg-mist">
        <Picture
          url={card.imageUrl}
          eager={eager}
          className={`transition-transform duration-500 group-hover:scale-[1.03] ${card.soldOut ? 'opacity-45' : ''}`}
        />
        {rank !== undefined && (
          <span
            aria-hidden="true"
            className="num absolute top-0 left-0 bg-ink px-2 py-0.5 text-sm font-bold text-white"
          >
            {rank}
          </span>
        )}
        {card.soldOut && (
          <span className="absolute inset-x-0 bottom-0 bg-ink/85 py-1.5 text-center text-sm font-semibold text-white">
            {t.product.soldOut}
          </span>
        )}
      </div>
      <div className="pt-3">
        {card.brand && !card.name.includes(card.brand) && <p className="truncate text-sm text-quiet">{card.brand}</p>}
        <p lang="ko" className="line-clamp-2 leading-snug group-hover:underline group-hover:underline-offset-4">
          {card.name}
        </p>
        <p className={`mt-1 text-lg font-bold ${card.soldOut ? 'text-quiet' : ''}`}>
          <Price amount={card.price} />
        </p>
      </div>
    </Link>
  )
}

/** Products side by side: two on a phone, four on a desk. */
export const ProductGrid = ({
  cards,
  ranked,
  eager = 0,
}: {
  cards: readonly Card[]
  ranked?: boolean
  eager?: number
}) => (
  <ul className="grid grid-cols-2 gap-x-3 gap-y-8 sm:gap-x-5 md:grid-cols-3 md:gap-y-12 lg:grid-cols-4">
    {cards.map((card, at) => (
      <li key={card.id} data-product={card.id}>
        <ProductCard card={card} eager={at < eager} {...(ranked && { rank: at + 1 })} />
      </li>
    ))}
  </ul>
)
