// Help by staff in a shopper's page: who of them sees the cart, and what they suggest.

/** @import { Help, Line } from "./types.d.ts" */

import { announce, politely } from "./announcements.js"
import { setHelper } from "./helper.js"
import { _, filled } from "./i18n.js"
import { money } from "./strings.js"
import { cloneTemplate, query, queryAll, setParts, setProperty } from "./views/dom.js"

/**
 * What the card says: a message, or what this page has sent.
 * @typedef {Pick<Help, "helper" | "name" | "why"> & { state: Help["state"] | "asking" | "none" }} State
 */

const TOO_MANY_REQUESTS = 429
const card = query('[data-part="help"]')
const list = query('[data-part="help-suggested"]', card)
const close = query('[data-part="help-close"]', card)

/**
 * Ask for help, or end it, with what is in `form`. The page stays as it is, and the focus goes to the
 * card; the shop's answer to all tabs is a message.
 * @param {HTMLFormElement} form
 */
export async function sendHelp(form) {
  const body = new URLSearchParams(/** @type {any} */ (new FormData(form)))
  const asks = form.dataset.part === "help-ask"
  if (asks) showHelp({ state: "asking" })
  const response = await fetch(`${form.action}.json`, { method: "POST", body }).catch(() => null)
  if (response?.ok) return
  const refused = response?.status === TOO_MANY_REQUESTS ? await response.json() : null
  announce(refused?.detail ?? _("That did not work. Try again shortly."), "help")
  if (asks) showHelp({ state: "none" })
  query("button", form).focus()
}

/**
 * Show the state of a help. Of one that is over, a page says nothing that has not shown it before.
 * @param {State} message
 */
export function showHelp(message) {
  const { state } = message
  const is_open = state !== "none" && state !== "over"
  if (state === "over" && card.hidden) return
  const { body } = document
  const helper = (message.state === "on" && message.helper) || ""
  setHelper(helper, message.name ?? "")
  if (helper) body.dataset.helper = helper
  else delete body.dataset.helper
  loadStyle()
  card.hidden = state === "none"
  tell(helpText(message))
  const hidden = {
    "help-ask": is_open,
    "help-end": state !== "waiting" && state !== "on",
    "help-close": is_open,
  }
  // What was pressed goes away: the answer to it has the focus, as soon as it is there.
  const goes = Object.entries(hidden).flatMap(([part, is_hidden]) => (is_hidden ? part : []))
  const pressed = document.activeElement?.closest("form")?.dataset.part ?? ""
  if (goes.includes(pressed)) card.focus({ preventScroll: true })
  setParts(document, "hidden", hidden)
}

/** @param {string} text */
function tell(text) {
  const shown = query('[data-part="help-text"]', card)
  if (text && shown.textContent !== text) politely(text, "help")
  setProperty(shown, "textContent", text)
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

/** @param {State} help */
function helpText({ state, name = "", why }) {
  if (state === "none") return ""
  if (state === "asking") return _("Asking somebody of the shop…")
  if (state === "waiting")
    return _("We have told the shop: somebody will be with you soon. You can go on shopping.")
  if (state === "on") return _("%(name)s from the shop sees your cart.", { name })
  if (why === "nobody_free") return _("Nobody is free now. Ask again a little later.")
  if (why === "shopper_left")
    return _("The help has ended, because this page was closed. Ask again if you like.")
  return _("The help is over. Nobody else sees your cart.")
}

close.addEventListener("click", () => {
  const [ask] = queryAll('[data-part="help-ask"] button').filter((one) => one.checkVisibility())
  ask?.focus()
  card.hidden = true
})
