// The texts of the cart and of the cards: amounts, counts and stock.

/** @import { Line } from "./types.d.ts" */

import { _, LOCALE, ngettext } from "./i18n.js"

/**
 * Creating one takes a hundred times as long as using it.
 * @type {Intl.NumberFormat | undefined}
 */
let money_format

/**
 * Return an amount in the shop's currency, which the page names.
 * @param {number} amount  In minor units.
 */
export function money(amount) {
  const { currency, decimals } = document.body.dataset
  money_format ??= new Intl.NumberFormat(LOCALE, {
    style: "currency",
    currency,
    minimumFractionDigits: Number(decimals),
    maximumFractionDigits: Number(decimals),
  })
  return money_format.format(amount / 10 ** Number(decimals))
}

/**
 * Return how many items a cart has; the server's pages count and name them in the same way.
 * @param {number} count
 * @param {number} unavailable
 */
export function itemsText(count, unavailable) {
  if (!unavailable) return ngettext("%(num)s item", "%(num)s items", count)
  return ngettext(
    "%(num)s item, %(unavailable)s not available",
    "%(num)s items, %(unavailable)s not available",
    count,
    { unavailable },
  )
}

/**
 * Return how far a cart is from free delivery, as the server's pages do.
 * @param {number} missing
 */
export function freeDeliveryText(missing) {
  if (missing <= 0) return _("Free delivery")
  return _("%(amount)s to free delivery", { amount: money(missing) })
}

/**
 * Return how far a cart is from what can be ordered, as the server's pages do.
 * @param {number} least
 * @param {number} subtotal
 */
export function minimumText(least, subtotal) {
  return _("%(missing)s more to reach the minimum order of %(minimum)s", {
    missing: money(least - subtotal),
    minimum: money(least),
  })
}

/** @param {number} saving */
export function savingText(saving) {
  return _("You save %(amount)s", { amount: money(saving) })
}

/**
 * @param {number | null} stock
 * @param {string} state
 * @param {number} [held]
 */
export function stockLabel(stock, state, held) {
  if (state === "gone") return _("No longer sold")
  if (stock === null) return _("In stock")
  if (stock && held) return _("%(count)s left, %(held)s held", { count: stock, held })
  return stock ? _("%(count)s left", { count: stock }) : _("Sold out")
}

/**
 * Return whether the units of a line are held, so that nobody else can have them; mostly empty.
 * @param {Line} line
 */
export function holdText({ hold, others, limited, stock, state }) {
  if (hold === "ended") {
    if (stock === null) return _("No longer held for you")
    return _("No longer held for you; %(count)s left", { count: stock })
  }
  if (others && state === "short") return _("%(count)s held for somebody else", { count: others })
  if (limited) {
    return hold === "part"
      ? _("Held for you in part: at most 20 items, of 5 products, are held for a cart")
      : _("Not held for you: at most 20 items, of 5 products, are held for a cart")
  }
  if (hold === "part") return _("Held for you in part")
  return hold === "held" ? _("Held for you") : ""
}
