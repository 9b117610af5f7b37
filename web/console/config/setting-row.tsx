import { Link } from 'react-router'
import type { Setting } from '#services/config/contract.ts'
import { momentText } from '../../shared/i18n/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { pressable } from '../../shared/ui/button.tsx'
import { useWords } from '../kit/words/index.ts'
import { inEnvironment } from './head.tsx'
import type { HostsSeen } from './hosts.tsx'
import { configWords } from './words.ts'

/** Who changed something: the name, or what there is of the id. */
export const whoOf = ({ name, memberId }: { readonly name: string | null; readonly memberId: string }): string =>
  name ?? memberId.slice(0, 13)

/** The values of a setting, where they come from, and who set them when. */
export const Values = ({ setting, hosts }: { setting: Setting; hosts: HostsSeen['items'] }) => {
  const words = useWords(configWords)
  const { locale } = useText()
  const named = (has: (host: HostsSeen['items'][number]) => boolean): string =>
    hosts
      .filter((host) => host.living && has(host))
      .map((host) => host.name)
      .join(', ')
  const given = named((host) => host.given.includes(setting.name))
  const overriding = named((host) => host.kept.includes(setting.name))
  return (
    <>
      <ul className="mt-2 flex flex-col gap-1">
        {setting.values.map((each) => (
          <li key={each.place} className="text-sm">
            <span className="text-quiet">{words.place(each.place)}</span>{' '}
            <b className="num break-all">{each.value ?? words.hidden}</b>{' '}
            <span className="text-quiet">
              ({words.changedBy(whoOf(each.by), each.version)}, {momentText(each.at)})
            </span>
            {each.left && <span className="block text-juhong">{words.leftOut(each.left[locale])}</span>}
          </li>
        ))}
        <li className="text-sm text-quiet">
          {setting.values.length === 0 && `${words.notSet} `}
          {!setting.secret && words.otherwise(setting.otherwise)}
        </li>
      </ul>
      {given && <p className="mt-1 text-sm text-quiet">{words.fromHosts(given)}</p>}
      {overriding && <p className="mt-1 text-sm font-medium text-juhong">{words.overriddenBy(overriding)}</p>}
    </>
  )
}

/** A setting in the list. */
export const SettingRow = (props: { setting: Setting; environment: string; hosts: HostsSeen['items'] }) => {
  const { setting, environment } = props
  const words = useWords(configWords)
  const { locale } = useText()
  return (
    <li className="flex flex-wrap items-start justify-between gap-x-4 gap-y-3 border-b border-line py-4">
      <div className="min-w-0 flex-1 basis-64">
        <h3 className="text-base break-all">{setting.name}</h3>
        <p className="text-sm text-quiet">{setting.about[locale]}</p>
        <Values setting={setting} hosts={props.hosts} />
      </div>
      <Link
        to={inEnvironment(`/settings/${setting.name}`, environment)}
        aria-label={words.changeNamed(setting.name)}
        className={pressable('plain', 'small')}
      >
        {words.change}
      </Link>
    </li>
  )
}
