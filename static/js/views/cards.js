// The cards of products: price, stock, and "Add" or a stepper.

/** @import { Line, Price } from "../types.d.ts" */

import { chip, money } from "../strings.js"
import { fillStepper } from "./cart.js"
import { change, every, isNews, set } from "./dom.js"

const WATCHED = 200

const cards = every("[data-card]")

/** SKUs of all cards on the page, as many as can be watched. */
export function skusOnThePage() {
  return [...new Set(cards.map((card) => card.dataset.sku ?? ""))].slice(0, WATCHED)
}

/**
 * @param {string} sku
 */
export function known(sku) {
  const card = cards.find((one) => one.dataset.sku === sku)
  if (!card) return undefined
  const { name = "", unit = "", slug = "", image = "", price = "" } = card.dataset
  return { name, unit, slug, image, price: Number(price) }
}

/**
 * @param {readonly Line[]} lines
 * @param {ReadonlySet<string>} touched  SKUs that wait for a verdict.
 */
export function showCards(lines, touched) {
  const held = new Map(lines.map((line) => [line.sku, line]))
  for (const card of cards) {
    const { sku = "", name = "", price = "" } = card.dataset
    const line = held.get(sku)
    card.toggleAttribute("data-waits", touched.has(sku))
    if (!isNews(card, `${line?.qty} ${price}`)) continue
    const had_focus = card.contains(document.activeElement)
    card.toggleAttribute("data-held", line !== undefined)
    fillStepper(card, name, line?.qty ?? 0, Number(price))
    if (had_focus) requestAnimationFrame(() => keepFocus(card))
  }
}

/**
 * @param {readonly Price[]} items
 */
export function showPrices(items) {
  for (const card of cards) {
    const item = items.find((one) => one.sku === card.dataset.sku)
    if (item) showPrice(card, item)
  }
}

/**
 * @param {HTMLElement} card
 * @param {Price} item
 */
function showPrice(card, { price, stock }) {
  const before = card.dataset.state ?? ""
  const state = before === "gone" ? before : stock === 0 ? "sold_out" : "ok"
  const went = state === "sold_out" && before === "ok"
  const text = went ? "Just sold out" : chip(stock, state)
  if (state === "ok" || state !== before) set(card, "textContent", { chip: text })
  set(card, "data-low", { chip: `${Boolean(stock)}` })
  set(card, "textContent", { price: money(price) })
  if (card.dataset.price !== `${price}`) set(card, "hidden", { per: true })
  set(card, "disabled", { add: state !== "ok" })
  change(card, "data-state", state)
  change(card, "data-price", `${price}`)
  for (const field of every('[name="seen"]', card)) change(field, "value", `${price}`)
}

/**
 * Who stood on "Add" goes on with the stepper, and the other way round. What can be seen is asked
 * as late as the frame needs it anyway.
 * @param {HTMLElement} card
 */
function keepFocus(card) {
  if (document.activeElement?.checkVisibility()) return
  const seen = every(".wish button:enabled", card).filter((one) => one.checkVisibility())
  seen.at(-1)?.focus()
}
