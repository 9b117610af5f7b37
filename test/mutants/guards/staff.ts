import type { Mutant } from '../mutant.ts'

const EDITING = 'src/services/product/products/product-commands.ts'
const STOCK = 'src/services/product/stock/stock-commands.ts'
const CATEGORIES = 'src/services/product/categories/category-commands.ts'
const CONTRACT = 'src/services/product/contract.ts'
const LINE = 'src/kernel/text/one-line.ts'

const versions = ['src/services/product/products/staff-versions.test.ts']
const stock = ['src/services/product/stock/stock-commands.test.ts']
const names = ['src/services/product/products/names.test.ts']
const lines = ['src/kernel/text/one-line.test.ts']

/** What staff store: nothing over what they have not read, no stock that is not there, no name that deceives. */
export const staffWrites: readonly Mutant[] = [
  {
    guard: 'a product is changed only by who has read its latest version',
    file: EDITING,
    text: 'if (old.version !== expectedVersion) throw VERSION_CONFLICT({ version: old.version })',
    without: '',
    tests: versions,
  },
  {
    guard: 'a category is replaced only by who says what was read',
    file: CATEGORIES,
    text: "if (version > 0 && expectedVersion === undefined) throw invalid('expectedVersion', 'required', versionAsRead)",
    without: 'expectedVersion ??= version',
    tests: versions,
  },
  {
    guard: 'a category is replaced only by who has read its latest version',
    file: CATEGORIES,
    text: 'if (version !== (expectedVersion ?? 0)) throw VERSION_CONFLICT({ version })',
    without: '',
    tests: versions,
  },
  {
    guard: 'stock of a SKU that exists is not saved without what was read',
    file: EDITING,
    text: "else if (expectedOnHand === undefined) throw invalid(`skus.${i}.expectedOnHand`, 'required', stockAsRead)",
    without:
      "else if (expectedOnHand === undefined) counts.push({ skuId: next.id, onHand, expectedOnHand: known.onHand, field: '' })",
    tests: stock,
  },
  {
    guard: 'a count over another stock than was read undoes no sale',
    file: STOCK,
    text: 'if (stale.length > 0)',
    without: 'if (stale.length < 0)',
    tests: stock,
  },
  {
    guard: 'a count below what is reserved is refused with what there is',
    file: STOCK,
    text: 'if (short) throw',
    without: 'if (short && false) throw',
    tests: stock,
  },
  {
    guard: 'stock is not moved below what is reserved',
    file: STOCK,
    text: "if (stock.onHand + delta < stock.reserved) throw STOCK_NEGATIVE(stock, { field: 'delta' })",
    without: '',
    tests: stock,
  },
  {
    guard: 'stock has an end',
    file: STOCK,
    text: "if (stock.onHand + delta > MAX_ON_HAND) throw invalid('delta', 'too_big', tooMuch)",
    without: '',
    tests: stock,
  },
  {
    guard: 'another movement under the same key is refused',
    file: STOCK,
    text: 'if (before.delta !== delta || before.reason !== reason) throw STOCK_MOVEMENT_CONFLICT()',
    without: '',
    tests: stock,
  },
  {
    guard: 'a SKU is named once in a change',
    file: EDITING,
    text: "if (at >= 0 && named.has(skus[at]!.id)) throw invalid(`skus.${i}`, 'repeated_sku', namedTwice)",
    without: '',
    tests: ['src/services/product/products/product-commands.test.ts'],
  },
  {
    guard: 'choices of a new product do not look alike',
    file: EDITING,
    text: "checkLooks(options, given.options.length > 0 ? 'options' : 'skus')",
    without: '',
    tests: names,
  },
  {
    guard: 'choices a change names do not look alike',
    file: EDITING,
    text: "if (renames) checkLooks(options, offered ? 'options' : 'skus')",
    without: '',
    tests: names,
  },
  {
    guard: 'choices a change does not name are not judged anew',
    file: EDITING,
    text: 'if (renames) checkLooks(',
    without: 'checkLooks(',
    tests: names,
  },
  {
    guard: 'a value that is listed twice is one',
    file: CONTRACT,
    text: '.overwrite((values) => [...new Set(values)])',
    without: '',
    tests: names,
  },
  {
    guard: 'a SKU does not name an option twice',
    file: CONTRACT,
    text: 'if (new Set(names.map(lookKey)).size < names.length)',
    without: 'if (names.length < 0)',
    tests: names,
  },
  {
    guard: 'characters that turn the direction of text are refused',
    file: LINE,
    text: '\\p{Zp}\\p{Bidi_Control}',
    without: '\\p{Zp}',
    tests: lines,
  },
  {
    guard: 'blanks that are no spaces are refused',
    file: LINE,
    text: '\\p{Default_Ignorable_Code_Point}\\p{Cf}\\u2800',
    without: '\\p{Cf}',
    tests: lines,
  },
  {
    guard: 'private and unassigned characters are refused',
    file: LINE,
    text: '/[\\p{Co}\\p{Cn}]/u',
    without: '/[\\p{Co}]/u',
    tests: lines,
  },
  {
    guard: 'marks alone are nothing to read',
    file: LINE,
    text: 'text.length > 0 && !VISIBLE.test(text)',
    without: 'false',
    tests: lines,
  },
  {
    guard: 'names are composed',
    file: LINE,
    text: "text.normalize('NFC').replace(SPACES, ' ')",
    without: "text.replace(SPACES, ' ')",
    tests: lines,
  },
]
