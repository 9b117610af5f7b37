/** Milliseconds by which clocks in Korea are ahead of UTC, the whole year round. */
export const KOREA_OFFSET = 9 * 3_600_000
