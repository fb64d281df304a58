// Writes the product cards: price, stock, and "Add" or a stepper.

/** @import { Line, Price } from "../types.d.ts" */

import { _ } from "../i18n.js"
import { money, stockLabel } from "../strings.js"
import { fillStepper } from "./cart.js"
import { hasChanged, queryAll, setParts, setProperty } from "./dom.js"

/** The server watches at most so many products for a connection. */
const MAX_WATCHED = 200

const cards = queryAll("[data-card]")

/** Return the SKUs of the cards on the page, as many as can be watched. */
export function skusOnPage() {
  return [...new Set(cards.map((card) => card.dataset.sku ?? ""))].slice(0, MAX_WATCHED)
}

/**
 * Return the product of a card on the page.
 * @param {string} sku
 */
export function findProduct(sku) {
  const card = cards.find((other) => other.dataset.sku === sku)
  if (!card) return undefined
  const { name = "", unit = "", slug = "", image = "", category = "", price = "" } = card.dataset
  return { name, unit, slug, image, category, price: Number(price) }
}

/**
 * @param {readonly Line[]} lines
 * @param {ReadonlySet<string>} pending_skus
 */
export function showCards(lines, pending_skus) {
  const by_sku = new Map(lines.map((line) => [line.sku, line]))
  for (const card of cards) {
    const { sku = "", price = "" } = card.dataset
    const line = by_sku.get(sku)
    card.toggleAttribute("data-waits", pending_skus.has(sku))
    if (!hasChanged(card, `${line?.qty} ${price}`)) continue
    card.toggleAttribute("data-held", line !== undefined)
    fillStepper(card, line?.qty ?? 0, Number(price))
  }
}

/**
 * @param {readonly Price[]} items
 */
export function showPrices(items) {
  for (const card of cards) {
    const item = items.find((other) => other.sku === card.dataset.sku)
    if (item) showPrice(card, item)
  }
}

/**
 * @param {HTMLElement} card
 * @param {Price} item
 */
function showPrice(card, { price, stock, held = 0, deal }) {
  const before = card.dataset.state ?? ""
  const state = before === "gone" ? before : stock === 0 ? "sold_out" : "ok"
  const is_new = state !== before
  const text = is_new && state === "sold_out" ? _("Just sold out") : stockLabel(stock, state, held)
  if (state === "ok" || is_new) setParts(card, "textContent", { chip: text })
  setParts(card, "textContent", { price: money(price), deal })
  card.toggleAttribute("data-full", state !== "gone" && held >= (stock ?? Infinity))
  setParts(card, "data-low", { chip: `${Boolean(stock)}` })
  if (card.dataset.price !== `${price}`) setParts(card, "hidden", { per: true })
  setParts(card, "disabled", { add: state !== "ok" })
  setProperty(card, "data-state", state)
  setProperty(card, "data-price", `${price}`)
  for (const field of queryAll('[name="seen"]', card)) setProperty(field, "value", `${price}`)
}
