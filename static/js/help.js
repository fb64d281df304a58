// Help by staff in a shopper's page: who of them sees the cart, and what they suggest.

/** @import { Help, Line } from "./types.d.ts" */

import { setHelper } from "./helper.js"
import { _, filled } from "./i18n.js"
import { money } from "./strings.js"
import { cloneTemplate, query, queryAll, setParts, setProperty } from "./views/dom.js"

const card = query('[data-part="help"]')
const list = query('[data-part="help-suggested"]', card)

/**
 * Show the state of a help.
 * @param {Help} message
 */
export function showHelp(message) {
  const { body } = document
  const helper = (message.state === "on" && message.helper) || ""
  setHelper(helper, message.name ?? "")
  if (helper) body.dataset.helper = helper
  else delete body.dataset.helper
  loadStyle()
  card.hidden = false
  setParts(document, "textContent", { "help-text": helpText(message) })
  setParts(document, "hidden", {
    "help-ask": message.state !== "over",
    "help-end": message.state === "over",
  })
}

/**
 * Show what the helper suggests. What is there already stays, so that it keeps the focus.
 * @param {Line[]} suggested  By everybody.
 */
export function showSuggested(suggested) {
  const { helper, role } = document.body.dataset
  const shown = new Map(queryAll("[data-sku]", list).map((item) => [item.dataset.sku, item]))
  for (const line of suggested.filter(({ by }) => helper && by === helper)) {
    const { sku, name, unit, price, qty } = line
    const item = shown.get(sku) ?? createItem(line)
    shown.delete(sku)
    const text = _("%(count)s × %(name)s, %(unit)s", { count: qty, name, unit })
    setParts(item, "textContent", { "help-line": text, "help-sum": money(price * qty) })
    setProperty(query('[name="seen"]', item), "value", `${price}`)
    const hidden = role === "suggest"
    setParts(item, "hidden", { "help-accept": hidden, "help-decline": hidden })
  }
  for (const item of shown.values()) item.remove()
}

/** @param {Line} line */
function createItem({ sku, name }) {
  const item = cloneTemplate("help-suggestion")
  item.dataset.sku = sku
  setProperty(query('[name="sku"]', item), "value", sku)
  for (const each of queryAll("[aria-label]", item))
    each.ariaLabel = filled(each.ariaLabel ?? "", { name })
  list.append(item)
  return item
}

function loadStyle() {
  const { style } = card.dataset
  if (!style) return
  delete card.dataset.style
  if (card.querySelector("link")) return
  const link = document.createElement("link")
  link.rel = "stylesheet"
  link.href = style
  card.prepend(link)
}

/** @param {Help} help */
function helpText({ state, name = "", why }) {
  if (state === "waiting")
    return _("Somebody of the shop will be with you soon. Stay on this page.")
  if (state === "on") return _("%(name)s from the shop sees your cart.", { name })
  if (why === "nobody_free") return _("Nobody is free now. Ask again a little later.")
  if (why === "shopper_left")
    return _("The help has ended, because this page was closed. Ask again if you like.")
  return _("The help is over. Nobody else sees your cart.")
}
