// The amounts that a total is made of, and which of them changed, by the same rules as
// the server's module of this name.

/** @import { Cart } from "./types.d.ts" */

import { _ } from "./i18n.js"
import { money } from "./strings.js"

/**
 * The names of the parts that are no products.
 * @type {Record<string, string>}
 */
const LABELS = { Delivery: _("Delivery"), Discount: _("Discount"), Tax: _("Tax") }
/** States of lines that are not charged. */
const NOT_CHARGED = ["sold_out", "gone"]

/**
 * Return amounts by SKU, and those of delivery, discount and tax under names with a capital, which
 * no SKU has.
 * @param {Pick<Cart, "lines" | "totals">} cart
 * @returns {ReadonlyMap<string, number>}
 */
export function totalParts({ lines, totals }) {
  const charged = [...lines.values()].filter(({ state }) => !NOT_CHARGED.includes(state))
  return new Map([
    ...charged.map(({ sku, price, qty }) => /** @type {const} */ ([sku, price * qty])),
    ["Delivery", totals.delivery],
    ["Discount", -totals.discount],
    ["Tax", totals.tax ?? 0],
  ])
}

/** @param {ReadonlyMap<string, number>} amounts */
export function sum(amounts) {
  return [...amounts.values()].reduce((all, amount) => all + amount, 0)
}

/**
 * Describe each part that changed, as "Milk +£0.50".
 * @param {ReadonlyMap<string, number>} before
 * @param {ReadonlyMap<string, number>} now
 * @param {ReadonlyMap<string, string>} names
 */
export function describeChanges(before, now, names) {
  return [...new Map([...before, ...now]).keys()].flatMap((part) => {
    const change = (now.get(part) ?? 0) - (before.get(part) ?? 0)
    return change ? [describe(names.get(part) ?? part, change)] : []
  })
}

/**
 * @param {string} part
 * @param {number} change
 */
function describe(part, change) {
  const amount = money(Math.abs(change))
  const name = LABELS[part] ?? part
  return change > 0
    ? _("%(name)s +%(amount)s", { name, amount })
    : _("%(name)s −%(amount)s", { name, amount })
}

/**
 * Return the parts of a list one after the other.
 * @param {string[]} parts
 */
export function listed(parts) {
  return parts.reduce((first, second) => _("%(first)s, %(second)s", { first, second }))
}
