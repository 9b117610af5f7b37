/** A product's square picture; a quiet stall sign where there is none. `alt` stays empty where the name stands beside it. */
export const Picture = ({
  url,
  alt = '',
  eager = false,
  className = '',
}: {
  url: string | null | undefined
  alt?: string
  eager?: boolean | undefined
  className?: string
}) =>
  url ? (
    <img
      src={url}
      alt={alt}
      width={600}
      height={600}
      loading={eager ? 'eager' : 'lazy'}
      fetchPriority={eager ? 'high' : 'auto'}
      decoding="async"
      className={`aspect-square w-full object-cover ${className}`}
    />
  ) : (
    <span
      role={alt ? 'img' : undefined}
      aria-label={alt || undefined}
      className={`flex aspect-square w-full items-center justify-center bg-mist text-edge ${className}`}
    >
      <svg viewBox="0 0 28 24" className="w-1/4" fill="none" stroke="currentColor" strokeWidth="1" aria-hidden="true">
        <path d="M3 3h22l2.5 8h-27L3 3ZM.5 11a3.4 3.4 0 0 0 6.75 0 3.4 3.4 0 0 0 6.75 0 3.4 3.4 0 0 0 6.75 0 3.4 3.4 0 0 0 6.75 0M4.5 16v6h19v-6" />
      </svg>
    </span>
  )
