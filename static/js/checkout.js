// The checkout page while the cart may still change: it lists what changed since the customer last
// agreed, and lets only that total be ordered which the customer has seen.

/** @import { Cart, ServerMessage } from "./types.d.ts" */

import { addMessageListener, socket, tab } from "./main.js"
import { money } from "./strings.js"
import { describeChanges, sum, totalParts } from "./totals_diff.js"
import { query, setParts, setProperty } from "./views/dom.js"

/** Names of products by SKU, also of those that have left the cart. */
const names = /** @type {Map<string, string>} */ (new Map())

/** The parts of the total that the customer has agreed to. */
let agreed = totalParts(tab.cart)
let has_changed = false
let is_placing = false

/** @param {ServerMessage} message */
function onMessage(message) {
  const is_own = message.t === "patch" && message.by.tab === tab.id
  if (is_own && !has_changed) agreed = totalParts(tab.cart)
  show()
}

function show() {
  if (is_placing) return
  for (const { sku, name } of tab.cart.lines.values()) names.set(sku, name)
  const now = totalParts(tab.cart)
  const changes = describeChanges(agreed, now, names)
  if (changes.length) {
    const text = `Total changed from ${money(sum(agreed))} to ${money(sum(now))}`
    setParts(document, "textContent", { "changed-text": `${text}: ${changes.join(", ")}` })
  } else fillForm(tab.cart)
  // A notice of changes that came with the page stays until there is a change here.
  if (has_changed || changes.length) setParts(document, "hidden", { changed: !changes.length })
  has_changed = changes.length > 0
  setParts(document, "hidden", { agree: !has_changed })
  setButton(reasonAgainst(tab.cart))
}

/**
 * Write into the form what the customer has seen: the server compares it with the cart.
 * @param {Cart} cart
 */
function fillForm(cart) {
  const seen = JSON.stringify(Object.fromEntries(totalParts(cart)))
  const values = { at: cart.at ?? "", total: `${cart.totals.total}`, seen }
  for (const [name, value] of Object.entries(values)) {
    setProperty(query(`#order [name="${name}"]`), "value", value)
  }
}

/**
 * Return why the order cannot be placed now; empty if it can.
 * @param {Cart} cart
 */
function reasonAgainst({ at, lines }) {
  const unavailable = [...lines.values()].filter(({ state }) => state !== "ok")
  if (socket.state !== "open" || !at) {
    return "No connection just now. You can place the order as soon as it is back."
  }
  if (tab.outbox.waiting.length) return "Your changes are being saved."
  if (!lines.size) return "Your cart is empty."
  if (has_changed) return "The total has changed. Have a look first."
  const listed = unavailable.map(({ name }) => name).join(", ")
  return unavailable.length ? `${listed}: have a look first.` : ""
}

/** @param {string} reason  Why the button is disabled; empty if it is not. */
function setButton(reason) {
  setParts(document, "aria-disabled", { place: `${Boolean(reason)}` })
  setParts(document, "textContent", { "place-why": reason })
}

/** Submit the form once, however often it is pressed, and not while the button is disabled. */
function onSubmit(/** @type {Event} */ event) {
  const is_disabled = query('[data-part="place"]').getAttribute("aria-disabled") === "true"
  if (is_disabled || is_placing) {
    event.preventDefault()
    return
  }
  is_placing = true
  setButton("Your order is being placed.")
}

if (document.querySelector("#order")) {
  query("#order").addEventListener("submit", onSubmit)
  query('[data-part="agree"]').addEventListener("click", () => {
    agreed = totalParts(tab.cart)
    show()
    query('[data-part="place"]').focus()
  })
  addMessageListener(onMessage)
  // main.js writes the state of the connection and of the outbox to these attributes.
  const attributeFilter = ["data-link", "data-waits"]
  new MutationObserver(show).observe(document.body, { attributeFilter })
  addEventListener("pageshow", ({ persisted }) => persisted && location.reload())
  show()
}
