// The amounts that a total is made of, and which of them changed, by the same rules as
// the server's module of this name.

/** @import { Cart } from "./types.d.ts" */

import { money } from "./strings.js"

/** States of lines that are not charged. */
const NOT_CHARGED = ["sold_out", "gone"]

/**
 * Return amounts by SKU, and those of delivery and discount under names with a capital, which no
 * SKU has.
 * @param {Pick<Cart, "lines" | "totals">} cart
 * @returns {ReadonlyMap<string, number>}
 */
export function totalParts({ lines, totals }) {
  const charged = [...lines.values()].filter(({ state }) => !NOT_CHARGED.includes(state))
  return new Map([
    ...charged.map(({ sku, price, qty }) => /** @type {const} */ ([sku, price * qty])),
    ["Delivery", totals.delivery],
    ["Discount", -totals.discount],
  ])
}

/** @param {ReadonlyMap<string, number>} amounts */
export function sum(amounts) {
  return [...amounts.values()].reduce((all, amount) => all + amount, 0)
}

/**
 * Describe each part that changed, as "Milk +50p".
 * @param {ReadonlyMap<string, number>} before
 * @param {ReadonlyMap<string, number>} now
 * @param {ReadonlyMap<string, string>} names
 */
export function describeChanges(before, now, names) {
  return [...new Map([...before, ...now]).keys()].flatMap((part) => {
    const change = (now.get(part) ?? 0) - (before.get(part) ?? 0)
    return change ? [`${names.get(part) ?? part} ${signed(change)}`] : []
  })
}

/** @param {number} amount */
function signed(amount) {
  const size = Math.abs(amount)
  return `${amount > 0 ? "+" : "−"}${size < 100 ? `${size}p` : money(size)}`
}
