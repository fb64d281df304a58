// What a total is made of, and what moved it: the twin of app/http/differences.py.

/** @import { Cart } from "./types.d.ts" */

import { money } from "./strings.js"

const COUNTS_NOTHING = ["sold_out", "gone"]

/**
 * Amounts by SKU, and beside those delivery and discount; no SKU begins with a capital.
 * @param {Pick<Cart, "lines" | "totals">} cart
 * @returns {ReadonlyMap<string, number>}
 */
export function parts({ lines, totals }) {
  const counted = [...lines.values()].filter(({ state }) => !COUNTS_NOTHING.includes(state))
  return new Map([
    ...counted.map(({ sku, price, qty }) => /** @type {const} */ ([sku, price * qty])),
    ["Delivery", totals.delivery],
    ["Discount", -totals.discount],
  ])
}

/** @param {ReadonlyMap<string, number>} amounts */
export function sum(amounts) {
  return [...amounts.values()].reduce((all, amount) => all + amount, 0)
}

/**
 * A few words for each part that moved, as "Milk +50p".
 * @param {ReadonlyMap<string, number>} before
 * @param {ReadonlyMap<string, number>} now
 * @param {ReadonlyMap<string, string>} names
 */
export function differences(before, now, names) {
  return [...new Map([...before, ...now]).keys()].flatMap((part) => {
    const moved = (now.get(part) ?? 0) - (before.get(part) ?? 0)
    return moved ? [`${names.get(part) ?? part} ${signed(moved)}`] : []
  })
}

/** @param {number} amount */
function signed(amount) {
  const size = Math.abs(amount)
  return `${amount > 0 ? "+" : "−"}${size < 100 ? `${size}p` : money(size)}`
}
