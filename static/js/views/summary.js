// Everything about the cart that is not a row: counts, sums, voucher, note, title.

/** @import { Shown } from "../pending.js" */

import { counted, money } from "../words.js"
import { change, every, set } from "./dom.js"

const title = document.title.replace(/^\(\d+\) /, "")

/**
 * Show the sums of the cart; they are the shop's, and marked while a change waits.
 * @param {Shown} shown
 * @param {boolean} is_old  Nobody knows whether these are still true.
 */
export function showSummary({ totals, count, waits, lines, saved, voucher, note }, is_old) {
  const { currency } = totals
  document.title = count && !is_old ? `(${count}) ${title}` : title
  document.body.toggleAttribute("data-waits", waits)
  document.body.toggleAttribute("data-empty", lines.length === 0)
  set(document, "cart-count", { textContent: is_old ? "…" : String(count) })
  set(document, "cart-items", { textContent: counted(count, "item") })
  for (const name of /** @type {const} */ (["subtotal", "total"])) {
    set(document, name, { textContent: money(totals[name], currency) })
  }
  set(document, "discount", { textContent: money(-totals.discount, currency) })
  set(document, "discount-row", { hidden: totals.discount === 0 })
  set(document, "delivery", {
    textContent: totals.delivery ? money(totals.delivery, currency) : "Free",
  })
  set(document, "saved-lines", { hidden: saved.length === 0 })
  set(document, "voucher", { hidden: voucher === null, "data-state": voucher?.state ?? "" })
  set(document, "voucher-code", { textContent: voucher?.code ?? "" })
  set(document, "voucher-label", { textContent: voucher?.label ?? "" })
  set(document, "voucher-form", { hidden: voucher !== null })
  set(document, "note", { value: note })
}

/**
 * Say in how many tabs this cart is open, where it is more than one.
 * @param {number} count
 */
export function showTabs(count) {
  for (const place of every('[data-part="tabs"]')) {
    change(place, { hidden: count < 2, textContent: `Open in ${counted(count, "tab")}` })
  }
}
