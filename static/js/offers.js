// What is kept for the account that it has waited for: a notice at the top of the page, and on the
// cards of the product.

/** @import { Offer } from "./types.d.ts" */

import { announce } from "./announcements.js"
import { ngettext } from "./i18n.js"
import { shownCart } from "./shown_cart.js"
import { cloneTemplate, query, queryAll, setParts, setProperty } from "./views/dom.js"

const MINUTE_MS = 60_000

/**
 * Show that a unit is kept for so long; with 0 ms, that it no longer is. It is kept for the own cart:
 * a page of another's leaves it out, as what is pressed there goes into that one.
 * @param {Offer} offer
 */
export function showOffer(offer) {
  if (shownCart()) return
  const { sku, ms, price } = offer
  const list = query('[data-part="offers"]')
  const known = queryAll(`[data-offer="${sku}"]`, list)[0]
  for (const card of queryAll(`[data-card][data-sku="${sku}"]`)) {
    card.toggleAttribute("data-offered", ms > 0)
  }
  if (!ms) known?.remove()
  else {
    const item = known ?? cloneTemplate("offer")
    setProperty(item, "data-offer", sku)
    for (const field of queryAll('[name="sku"]', item)) setProperty(field, "value", sku)
    for (const field of queryAll('[name="seen"]', item)) setProperty(field, "value", `${price}`)
    setParts(item, "textContent", { text: offerText(offer) })
    if (!known) {
      list.append(item)
      announce(offerText(offer), `offer ${sku}`)
    }
  }
  list.hidden = !list.children.length
}

/** @param {Offer} offer */
function offerText({ name, unit, ms }) {
  return ngettext(
    "Yours for %(num)s minute: %(name)s, %(unit)s.",
    "Yours for %(num)s minutes: %(name)s, %(unit)s.",
    Math.ceil(ms / MINUTE_MS),
    { name, unit },
  )
}
