// The page of a shop, as far as amounts of money need one: it names the currency.

/**
 * Have the scripts of this process show amounts as on a page of a shop with this currency.
 * @param {string} currency
 * @param {number} decimals
 */
export function pageIn(currency, decimals) {
  const dataset = { currency, decimals: `${decimals}` }
  Object.assign(globalThis, { document: { body: { dataset } } })
}
