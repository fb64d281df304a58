// What stands around the rows: counts, sums, voucher, note, title, the bar, the dot.

/** @import { Said, Shown } from "../types.d.ts" */

import { counted, money } from "../words.js"
import { change, set } from "./dom.js"

const title = document.title

/**
 * Show the sums of the cart; they are the shop's, and marked while a change waits.
 * @param {Shown} shown
 * @param {boolean} is_old  Nobody knows whether they are still true.
 */
export function showSums({ totals, count, waits, lines, saved, voucher, note }, is_old) {
  const text = (/** @type {number} */ amount) => ({ textContent: money(amount, totals.currency) })
  document.title = count && !is_old ? `(${count}) ${title}` : title
  document.body.toggleAttribute("data-waits", waits)
  document.body.toggleAttribute("data-empty", lines.length === 0)
  set(document, "cart-count", { textContent: is_old ? "…" : `${count}` })
  set(document, "cart-items", { textContent: counted(count, "item") })
  set(document, "subtotal", text(totals.subtotal))
  set(document, "discount", text(-totals.discount))
  set(document, "discount-row", { hidden: !totals.discount })
  set(document, "delivery", totals.delivery ? text(totals.delivery) : { textContent: "Free" })
  set(document, "total", text(totals.total))
  set(document, "saved-lines", { hidden: !saved.length })
  set(document, "voucher", { hidden: !voucher, "data-state": voucher?.state ?? "" })
  set(document, "voucher-code", { textContent: voucher?.code ?? "" })
  set(document, "voucher-label", { textContent: voucher?.label ?? "" })
  set(document, "voucher-form", { hidden: Boolean(voucher) })
  set(document, "note", { value: note })
}

/**
 * Show how the connection stands: a dot, and a bar where all is not well.
 * @param {string} state
 * @param {Said} said
 */
export function showStatus(state, said) {
  change(document.body, { "data-link": state })
  set(document, "status", { hidden: !said })
  set(document, "status-text", { textContent: said?.text ?? "" })
  set(document, "status-act", { hidden: !said?.act, textContent: said?.act ?? "" })
}
