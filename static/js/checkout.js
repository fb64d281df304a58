// The checkout, live: what moves is itemised, and only what was seen can be ordered.

/** @import { Cart, News } from "./types.d.ts" */

import { listen, socket, tab } from "./main.js"
import { money } from "./strings.js"
import { differences, parts, sum } from "./totals_diff.js"
import { change, set, the } from "./views/dom.js"

const names = /** @type {Map<string, string>} */ (new Map())

/** What the shopper has seen, and not objected to. */
let agreed = parts(tab.cart)
let has_moved = false
let is_placing = false

/** @param {News} news */
function heard(news) {
  const is_own = news.t === "patch" && news.by.tab === tab.id
  if (is_own && !has_moved) agreed = parts(tab.cart)
  show()
}

function show() {
  if (is_placing) return
  for (const { sku, name } of tab.cart.lines.values()) names.set(sku, name)
  const now = parts(tab.cart)
  const moved = differences(agreed, now, names)
  if (moved.length) {
    const text = `Total changed from ${money(sum(agreed))} to ${money(sum(now))}`
    set(document, "textContent", { "changed-text": `${text}: ${moved.join(", ")}` })
  } else fill(tab.cart)
  // What the shop itself wrote there when it sent the page stays.
  if (has_moved || moved.length) set(document, "hidden", { changed: !moved.length })
  has_moved = moved.length > 0
  set(document, "hidden", { agree: !has_moved })
  disable(why(tab.cart))
}

/**
 * What is sent is what was seen.
 * @param {Cart} cart
 */
function fill(cart) {
  const seen = JSON.stringify(Object.fromEntries(parts(cart)))
  const values = { at: cart.at ?? "", total: `${cart.totals.total}`, seen }
  for (const [name, value] of Object.entries(values)) {
    change(the(`#order [name="${name}"]`), "value", value)
  }
}

/**
 * Why nothing can be ordered just now.
 * @param {Cart} cart
 */
function why({ at, lines }) {
  const marked = [...lines.values()].filter(({ state }) => state !== "ok")
  if (socket.state !== "open" || !at) {
    return "No connection just now. You can place the order as soon as it is back."
  }
  if (tab.outbox.waiting.length) return "Your changes are being saved."
  if (!lines.size) return "Your cart is empty."
  if (has_moved) return "The total has changed. Have a look first."
  const said = marked.map(({ name }) => name).join(", ")
  return marked.length ? `${said}: have a look first.` : ""
}

/** @param {string} reason  None: it can be pressed. */
function disable(reason) {
  set(document, "aria-disabled", { place: `${Boolean(reason)}` })
  set(document, "textContent", { "place-why": reason })
}

/** Once, however often it is pressed; with a reason against it, not at all. */
function place(/** @type {Event} */ event) {
  const is_off = the('[data-part="place"]').getAttribute("aria-disabled") === "true"
  if (is_off || is_placing) {
    event.preventDefault()
    return
  }
  is_placing = true
  disable("Your order is being placed.")
}

if (document.querySelector("#order")) {
  the("#order").addEventListener("submit", place)
  the('[data-part="agree"]').addEventListener("click", () => {
    agreed = parts(tab.cart)
    show()
    the('[data-part="place"]').focus()
  })
  listen(heard)
  // The page marks there how its connection stands, and whether changes wait.
  const marks = ["data-link", "data-waits"]
  new MutationObserver(show).observe(document.body, { attributeFilter: marks })
  addEventListener("pageshow", ({ persisted }) => persisted && location.reload())
  show()
}
