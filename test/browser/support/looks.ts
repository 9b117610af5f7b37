import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

interface Violation {
  readonly id: string
  readonly impact: string | null
  readonly nodes: readonly { readonly target: readonly unknown[]; readonly failureSummary?: string }[]
}

const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe finds wrong with the page as it stands, by the rules of WCAG 2.2 A and AA and good practice. */
const violations = async (page: Page): Promise<string[]> => {
  const found = (await page.evaluate(`(async () => {
    ${source}
    // A colour on its way to another is no colour anybody reads by.
    const passing = document.getAnimations().filter((each) => each.effect?.getTiming().iterations !== Infinity)
    await Promise.allSettled(passing.map((each) => each.finished))
    return (await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })).violations
  })()`)) as Violation[]
  return found.map(
    (each) => `${each.impact} ${each.id}: ${each.nodes.map((node) => node.target.join(' ')).join(' | ')}`,
  )
}

/** Fails with what axe finds wrong with the page as it stands. */
export const accessible = async (page: Page, what: string): Promise<void> => {
  assert.deepEqual(await violations(page), [], `axe on ${what}`)
}

/** Fails when the page is wider than the screen. */
export const fits = async (page: Page): Promise<void> => {
  const [shown, wide] = await page.evaluate(() => [innerWidth, document.documentElement.scrollWidth])
  assert.ok(wide! <= shown!, `${page.url()} is ${wide} wide on a screen of ${shown}`)
}
