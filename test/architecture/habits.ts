import { codeRule, importRule, isTest, type Rule } from './rule.ts'

const inProduct = (path: string): boolean =>
  /^(src|simulators|samples|tools)\//.test(path) && !isTest(path) && path !== 'src/kernel/runtime.ts'

/** Time, chance and names come from the runtime, so that a test can steer them. */
export const throughRuntime: Rule = codeRule(
  inProduct,
  /\bDate\.now\(|\bnew Date\(\s*\)|\bTemporal\.Now\b|\bMath\.random\(|(?<![.\w])(setTimeout|setInterval)\(|\b(randomUUID|randomBytes|randomInt|getRandomValues)\(/,
  'use runtime.now(), runtime.random(), runtime.id() or runtime.sleep()',
)

/** The same for the module that waits. */
export const waitsThroughRuntime: Rule = importRule((path, { specifier }) =>
  inProduct(path) && /^(node:)?timers(\/|$)/.test(specifier) ? 'use runtime.sleep()' : undefined,
)

/** A test that is skipped proves nothing, and one that runs alone hides the others. */
export const testsAllRun: Rule = codeRule(
  (path) => /\.test\.tsx?$/.test(path),
  /\b(test|it|describe|suite)\.(skip|only|todo)\(|\b(skip|only|todo):\s*true\b/,
  'every test runs',
)

/**
 * How long something took says how busy the machine was. A test proves what happened, before what, on a clock of its own
 * (test/support/clock.ts) where time must pass.
 */
export const testsHoldNoStopwatch: Rule = codeRule(
  (path) => /\.test\.tsx?$/.test(path),
  /\b(performance|Date)\.now\(\)\s*-\s*[a-z]/,
  'a test does not assert how long something took',
)

/** What people and programs send as text is a number only in decimal digits. */
export const numbersAreDecimal: Rule = codeRule(
  (path) => /^(src|simulators|tools|web)\//.test(path) && !isTest(path),
  /\bz\.coerce\b|\bNumber\((text\(form|url\.searchParams|(request\.)?query\b)/,
  'use wholeNumber() or wholeNumberOf(): 0x10, 1e3 and nothing at all are no numbers',
)

/** What cannot be stripped away, or hides from the reader. */
export const plainTypeScript: Rule = codeRule(
  (path) => /^(src|simulators|samples|tools|web|bench|scripts)\//.test(path),
  /^\s*(export\s+)?(const\s+)?enum\s|^\s*(export\s+)?namespace\s|^\s*@[A-Z]\w*\(/,
  'no enums, namespaces or decorators',
)
