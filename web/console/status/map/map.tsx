import { useId } from 'react'
import type { Edge, Flow, Node, Topology } from '#services/status/contract.ts'
import { grouped } from '../../../shared/i18n/format.ts'
import { useWords } from '../../kit/words/index.ts'
import { msText, percentText } from '../figures.ts'
import { linesOf, placesOf, thickness, type Frame } from './map-layout.ts'
import { Table } from '../table.tsx'
import { markOf, StateTag } from '../tag.tsx'
import { statusWords } from '../words.ts'

const wide: Frame = { width: 980, height: 560, box: { width: 124, height: 46 } }
const narrow: Frame = { width: 380, height: 640, box: { width: 92, height: 44 } }

const fills: Readonly<Record<Node['state'], readonly [fill: string, line: string]>> = {
  up: ['var(--color-sol-soft)', 'var(--color-sol)'],
  degraded: ['var(--color-juhong-soft)', 'var(--color-juhong)'],
  down: ['var(--color-juhong-soft)', 'var(--color-juhong)'],
}

const key = ({ from, to }: Pick<Edge, 'from' | 'to'>): string => `${from} ${to}`

const Drawing = ({ all, frame, className }: { all: Topology; frame: Frame; className: string }) => {
  const { map } = useWords(statusWords)
  const arrow = useId()
  const places = placesOf(all.nodes, frame)
  const edges = new Map(all.edges.map((each) => [key(each), each]))
  const calls = linesOf(all.edges, places, frame)
  const late = [
    ...Map.groupBy(
      all.flows.filter((each) => (each.behind ?? 0) > 0),
      key,
    ).values(),
  ]
  const flows = linesOf(
    late.map((each) => each[0]!),
    places,
    frame,
    -34,
  )
  const behind = (line: { from: string; to: string }): number =>
    late.find((each) => key(each[0]!) === key(line))!.reduce((sum, each) => sum + (each.behind ?? 0), 0)
  const halo = { paintOrder: 'stroke', stroke: 'var(--color-white)', strokeWidth: 4, strokeLinejoin: 'round' } as const
  return (
    <svg role="img" aria-label={map.alt} viewBox={`0 0 ${frame.width} ${frame.height}`} className={className}>
      <defs>
        {(['edge', 'juhong', 'jjok'] as const).map((colour) => (
          <marker
            key={colour}
            id={`${arrow}-${colour}`}
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="8"
            markerHeight="8"
            markerUnits="userSpaceOnUse"
            orient="auto"
          >
            <path d="M0 0 8 4 0 8Z" fill={`var(--color-${colour})`} />
          </marker>
        ))}
      </defs>
      <g fill="none">
        {calls.map((line) => {
          const { calls: count, errors } = edges.get(key(line))!
          const colour = errors > 0 ? 'juhong' : 'edge'
          return (
            <path
              key={key(line)}
              d={line.path}
              stroke={`var(--color-${colour})`}
              strokeWidth={thickness(count)}
              opacity={errors > 0 ? 1 : 0.65}
              markerEnd={`url(#${arrow}-${colour})`}
            />
          )
        })}
        {flows.map((line) => (
          <path
            key={key(line)}
            d={line.path}
            stroke="var(--color-jjok)"
            strokeWidth="1.6"
            strokeDasharray="5 4"
            markerEnd={`url(#${arrow}-jjok)`}
          />
        ))}
      </g>
      {all.nodes.map((node) => {
        const at = places.get(node.name)!
        const [fill, line] = fills[node.state]
        const up = node.hosts.filter((each) => each.state === 'up').length
        return (
          <g key={node.name} transform={`translate(${at.x - frame.box.width / 2} ${at.y - frame.box.height / 2})`}>
            <rect
              width={frame.box.width}
              height={frame.box.height}
              rx="7"
              fill={fill}
              stroke={line}
              strokeWidth={node.state === 'up' ? 1.2 : 2.4}
              strokeDasharray={node.state === 'down' ? '6 3' : undefined}
            />
            <text
              x={frame.box.width / 2}
              y="19"
              textAnchor="middle"
              fontSize="13.5"
              fontWeight="700"
              fill="var(--color-ink)"
            >
              {node.name}
            </text>
            <text x={frame.box.width / 2} y="36" textAnchor="middle" fontSize="11.5" fill={line}>
              {markOf(node.state)} {up}/{node.hosts.length}
            </text>
          </g>
        )
      })}
      <g fontSize="11" textAnchor="middle" className="num">
        {calls.map((line) => {
          const { calls: count, errors } = edges.get(key(line))!
          return (
            <text
              key={key(line)}
              x={line.label.x}
              y={line.label.y + 4}
              fill={errors > 0 ? 'var(--color-juhong)' : 'var(--color-quiet)'}
              fontWeight={errors > 0 ? 700 : 400}
              style={halo}
            >
              {grouped(count)}
              {errors > 0 && ` · × ${percentText(errors, count)}`}
            </text>
          )
        })}
        {flows.map((line) => (
          <text key={key(line)} x={line.label.x} y={line.label.y + 4} fill="var(--color-jjok)" style={halo}>
            {grouped(behind(line))}
          </text>
        ))}
      </g>
    </svg>
  )
}

const Calls = ({ edges }: { edges: readonly Edge[] }) => {
  const { map, errors } = useWords(statusWords)
  return (
    <Table label={map.table} heads={[map.from, map.to, map.rate, errors, map.p50, map.p99]}>
      {edges
        .toSorted((a, b) => b.errors - a.errors || b.calls - a.calls)
        .map((each) => (
          <tr key={key(each)}>
            <th scope="row">{each.from}</th>
            <td>{each.to}</td>
            <td>{grouped(each.calls)}</td>
            <td className={each.errors > 0 ? 'font-semibold text-juhong' : ''}>
              {each.errors > 0 ? `${grouped(each.errors)} (${percentText(each.errors, each.calls)})` : 0}
            </td>
            <td>{each.p50 === null ? '' : msText(each.p50)}</td>
            <td>{each.p99 === null ? '' : msText(each.p99)}</td>
          </tr>
        ))}
    </Table>
  )
}

const Flows = ({ flows }: { flows: readonly Flow[] }) => {
  const { map, source, consumer, behind, unknown } = useWords(statusWords)
  return (
    <Table label={map.flows} heads={[source, consumer, behind]}>
      {flows.map((each) => (
        <tr key={`${key(each)} ${each.consumer}`}>
          <th scope="row">{each.from}</th>
          <td>
            {each.to}.{each.consumer}
          </td>
          <td>{each.behind === null ? unknown : grouped(each.behind)}</td>
        </tr>
      ))}
    </Table>
  )
}

/** The shop as it calls itself: drawn, and the same as tables. */
export const TopologyMap = ({ all }: { all: Topology }) => {
  const { map } = useWords(statusWords)
  return (
    <section aria-labelledby="map">
      <h2 id="map" className="mb-1 text-lg">
        {map.title}
      </h2>
      <p className="mb-3 text-sm text-quiet">{map.legend}</p>
      {all.silent.length > 0 && (
        <p className="mb-3 text-sm font-medium text-juhong">{map.silent(all.silent.join(', '))}</p>
      )}
      <div className="rounded-lg border border-line p-2">
        <Drawing all={all} frame={wide} className="hidden w-full md:block" />
        <Drawing all={all} frame={narrow} className="w-full md:hidden" />
      </div>
      <h3 className="mt-5 mb-2 text-base">{map.engines}</h3>
      <ul className="flex flex-wrap gap-2">
        {all.engines.map((each) => (
          <li
            key={each.name}
            className="flex flex-wrap items-center gap-2 rounded border border-line px-3 py-2 text-sm"
          >
            <span className="font-semibold">{each.name}</span>
            <StateTag state={each.state} />
            <span className="text-quiet">{map.reach(each.up.length, each.up.length + each.down.length)}</span>
            {each.down.length > 0 && <span className="text-juhong">{each.down.join(', ')}</span>}
          </li>
        ))}
      </ul>
      <h3 className="mt-5 mb-2 text-base">{map.table}</h3>
      {all.edges.length > 0 ? <Calls edges={all.edges} /> : <p className="text-quiet">{map.empty}</p>}
      {all.flows.length > 0 && (
        <details className="mt-4">
          <summary className="text-sm font-semibold text-jjok underline">{map.flows}</summary>
          <div className="mt-2">
            <Flows flows={all.flows} />
          </div>
        </details>
      )}
    </section>
  )
}
