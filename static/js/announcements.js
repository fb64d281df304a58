// What the page announces, in live regions and toasts: the effect of the customer's own edits, and
// what the shop and other tabs change.

/** @import { Tab } from "./tab.js" */
/** @import { Cart, Line, Op, ServerMessage, Warning } from "./types.d.ts" */

import { announcer } from "./live_region.js"
import { clampedText, lineChangeText } from "./strings.js"
import { setUndoRev, showToast } from "./toasts.js"
import { highlight } from "./views/cart.js"
import { isField, query, queryAll } from "./views/dom.js"

const politely = announcer(query("#polite"), setTimeout)
const assertively = announcer(query("#assertive"), setTimeout)

/**
 * Show `text` in a toast, and announce it.
 * @param {string} text
 */
export function announce(text) {
  showToast(text)
  politely(text)
}

/**
 * Announce what the customer did to a line.
 * @param {Line | undefined} before
 * @param {Line | undefined} line
 */
export function announceEdit(before, line) {
  if (line) politely(`${line.name}: ${line.qty} in your cart.`, line.sku)
  else if (before) politely(`Removed ${before.name}.`, before.sku)
}

/**
 * Announce a message from the server: the verdict on an edit, or a change by the shop or another
 * tab.
 * @param {ServerMessage} message
 * @param {Cart} before
 * @param {Tab} tab  After it has received the message.
 * @param {Op} [op]  The op that a verdict is about.
 */
export function announceMessage(message, before, { id, cart }, op) {
  if (message.t === "no" && "text" in message) announce(message.text)
  if (message.t === "ok") {
    if (message.warn) announceClamped(message.warn)
    if (op?.k === "undo") politely("Taken back.")
    if (op?.k === "line.set" && !op.qty) setUndoRev(op.sku, message.rev)
  }
  if (message.t === "prices") announceLineChanges(before, cart, false)
  if (message.t === "patch") announceLineChanges(before, cart, message.by.tab !== id)
}

/**
 * The server put less in the cart than was asked for: say so, and correct the field with the focus.
 * @param {Warning} warning
 */
function announceClamped(warning) {
  const { sku, asked, got } = warning
  const field = document.activeElement
  if (isField(field) && field.closest(`[data-sku="${sku}"]`) && field.value === `${asked}`) {
    field.value = `${got}`
  }
  announce(clampedText(warning))
}

/**
 * @param {Cart} before
 * @param {Cart} cart
 * @param {boolean} is_foreign  Another tab made the change.
 */
function announceLineChanges(before, cart, is_foreign) {
  for (const { sku, name } of [...before.lines.values(), ...cart.lines.values()]) {
    const old = before.lines.get(sku)
    const line = cart.lines.get(sku)
    const text = lineChangeText(line, old)
    if (text) assertively(text, sku)
    if (text && !queryAll("[data-rows]").some((list) => list.checkVisibility())) {
      showToast(text, sku)
    }
    if (!is_foreign || line?.qty === old?.qty) continue
    politely(`${name} changed in another tab.`, sku)
    highlight(sku)
  }
}
