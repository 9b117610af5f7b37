import type { Edge, Flow, Node } from '#services/status/contract.ts'

/** Size of a drawing and of the boxes in it. */
export interface Frame {
  readonly width: number
  readonly height: number
  readonly box: { readonly width: number; readonly height: number }
}

export interface Point {
  readonly x: number
  readonly y: number
}

export interface Line {
  readonly from: string
  readonly to: string
  /** Path of an SVG. */
  readonly path: string
  /** Where its label stands. */
  readonly label: Point
}

/** Where the gateway stands among the others: in the middle. */
const CENTRE = 'gateway'

const rounded = (value: number): number => Math.round(value * 10) / 10

/**
 * Where the parts of the shop stand: the gateway in the middle, the others around it in the order of their names, so that
 * nothing moves from one look to the next.
 */
export const placesOf = (nodes: readonly Pick<Node, 'name'>[], frame: Frame): ReadonlyMap<string, Point> => {
  const { width, height, box } = frame
  const centre = { x: width / 2, y: height / 2 }
  const around = nodes
    .map((each) => each.name)
    .filter((name) => name !== CENTRE)
    .toSorted()
  const places = new Map<string, Point>(nodes.some((each) => each.name === CENTRE) ? [[CENTRE, centre]] : [])
  if (height > width) {
    // A narrow drawing has no room for a ring: two columns, left and right of the middle.
    const half = Math.ceil(around.length / 2)
    around.forEach((name, n) => {
      const [left, row, rows] = n < half ? [true, n, half] : [false, n - half, around.length - half]
      const x = left ? box.width / 2 + 4 : width - box.width / 2 - 4
      places.set(name, { x, y: rounded(((row + 0.5) / rows) * height) })
    })
    return places
  }
  around.forEach((name, n) => {
    const angle = (n / around.length) * 2 * Math.PI - Math.PI / 2
    places.set(name, {
      x: rounded(centre.x + (width / 2 - box.width / 2 - 6) * Math.cos(angle)),
      y: rounded(centre.y + (height / 2 - box.height / 2 - 6) * Math.sin(angle)),
    })
  })
  return places
}

/** Where a line towards `to` leaves the box at `at`. */
const rim = (at: Point, to: Point, { box }: Frame): Point => {
  const dx = to.x - at.x
  const dy = to.y - at.y
  const by = Math.min(box.width / 2 / Math.abs(dx || 1e-9), box.height / 2 / Math.abs(dy || 1e-9))
  return { x: at.x + dx * by, y: at.y + dy * by }
}

/** Bends a line aside: there and back are two. */
const bent = (a: Point, b: Point, by: number): Point => {
  const [dx, dy] = [b.x - a.x, b.y - a.y]
  const length = Math.hypot(dx, dy) || 1
  return { x: (a.x + b.x) / 2 - (dy / length) * by, y: (a.y + b.y) / 2 + (dx / length) * by }
}

/** Lines between the boxes, bent so that a call and the call back do not lie on each other. */
export const linesOf = (
  all: readonly Pick<Edge | Flow, 'from' | 'to'>[],
  places: ReadonlyMap<string, Point>,
  frame: Frame,
  bend = 26,
): Line[] =>
  all.flatMap(({ from, to }) => {
    const [start, end] = [places.get(from), places.get(to)]
    if (!start || !end || from === to) return []
    const middle = bent(start, end, bend)
    const [a, b] = [rim(start, middle, frame), rim(end, middle, frame)]
    const path = `M${rounded(a.x)} ${rounded(a.y)}Q${rounded(middle.x)} ${rounded(middle.y)} ${rounded(b.x)} ${rounded(b.y)}`
    const label = { x: rounded((a.x + 2 * middle.x + b.x) / 4), y: rounded((a.y + 2 * middle.y + b.y) / 4) }
    return [{ from, to, path, label }]
  })

/** How thick a line is: more calls, thicker, but not without end. */
export const thickness = (calls: number): number => rounded(Math.min(6, 1 + Math.log10(Math.max(1, calls)) * 1.2))
