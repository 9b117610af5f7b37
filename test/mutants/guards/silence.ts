import { guardsOf } from '../mutant.ts'

const silent = 'src/kernel/remote/silent.test.ts'
const attempt = guardsOf('src/kernel/remote/client/attempt.ts', silent)
const endpoint = guardsOf('src/kernel/remote/client/endpoint.ts', silent)
const instances = guardsOf('src/kernel/remote/instances/instances.ts', silent)
const standing = guardsOf(
  'src/kernel/remote/instances/outlier-detection.ts',
  'src/kernel/remote/instances/outlier-detection.test.ts',
  silent,
)

const database = guardsOf(
  'src/engines/postgres/connection/silence.ts',
  'src/engines/postgres/connection/silence.test.ts',
)

/** A process that accepts connections and answers nothing costs nobody more than a deadline. */
export const silence = [
  attempt('an instance that was silent for half of a call is suspected', 'if (isSilent()) all.suspect(instance)', ''),
  attempt(
    'one that has answered meanwhile is only slow',
    'const isSilent = (): boolean => instance.answers === before.own',
    'const isSilent = (): boolean => true',
  ),
  endpoint(
    'only what may be repeated is sent to a second instance',
    '!isRepeatable(table.get(name)!.operation) || ',
    '',
  ),
  endpoint(
    'the retry budget bounds second attempts where all are slow',
    '(first.isOutlived() || budget.withdraw())',
    'true',
  ),
  endpoint('the attempt that lost is given up', 'other.giveUp(other === first)', ''),
  instances('nobody asks for a sign of life after the end', 'closed.abort()', ''),
  standing('a silent instance gets no calls', 'if (this.silent) return 0', ''),
  standing('the last one that is in stays in', 'if (this.isOut() || !this.#othersIn(this)) return false', ''),
  standing(
    'who stood still is let in slowly',
    'if (!atOnce) this.#start(this.#runtime.now())',
    'if (!atOnce) this.#start(-Infinity)',
  ),
  standing('three timeouts in a row leave it out', 'const over = one.timeouts >= TIMEOUTS &&', 'const over = false &&'),
  standing('when all run out of time, none is to blame', ' && median(others.map((each) => each.timeouts)) === 0', ''),
  database('a database that owes an answer and is silent is given up', 'if (owed > 0)', 'if (false as boolean)'),
  database('a connection on which nothing is asked is left alone', 'if (owed > 0)', 'if (owed >= 0)'),
]
