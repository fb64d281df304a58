// What the page announces, in live regions and toasts: the effect of the customer's own edits, and
// what the shop and other tabs change.

/** @import { Tab } from "./tab.js" */
/** @import { Cart, HouseholdView, Line, Op, ServerMessage, Warning } from "./types.d.ts" */

import {
  clampedText,
  doneText,
  editText,
  foreignText,
  lineChangeText,
  qtyText,
} from "./announcement_texts.js"
import { announcer, removeToast, setUndoRev, showToast } from "./toasts.js"
import { highlight } from "./views/cart.js"
import { isField, query, queryAll } from "./views/dom.js"

export const politely = announcer(query("#polite"), setTimeout)
export const assertively = announcer(query("#assertive"), setTimeout)
/** The revision of this tab's newest change, by SKU. */
const own_revs = /** @type {Map<string, number>} */ (new Map())

/**
 * Show `text` in a toast, and announce it.
 * @param {string} text
 */
export function announce(text, key = text) {
  showToast(text, key)
  politely(text, key)
}

/**
 * Take away the toast with `key`, and what was announced under it: it is no longer true.
 * @param {string} key
 */
export function retract(key) {
  for (const toast of queryAll(`#notices > [data-key="${key}"]`)) {
    removeToast(toast)
    politely("", key)
  }
}

/**
 * Announce what the customer did to a line.
 * @param {Line | undefined} before
 * @param {Line | undefined} line
 */
export function announceEdit(before, line) {
  const text = editText(before, line)
  if (text) politely(text, (line ?? before)?.sku)
}

/**
 * Announce what became of a quantity that cannot be ordered as it was typed.
 * @param {Line | undefined} line
 * @param {number | null} qty
 * @param {string} sku
 */
export function announceQty(line, qty, sku) {
  announce(qtyText(line, qty), sku)
}

/**
 * Announce a message from the server: the verdict on an edit, or a change by the shop or another
 * tab.
 * @param {ServerMessage} message
 * @param {Cart} before
 * @param {Pick<Tab, "id" | "cart">} tab  After it has received the message.
 * @param {Op} [op]  The op that a verdict is about.
 * @param {HouseholdView | null} [household]  Of a cart that is shared.
 */
export function announceMessage(message, before, { id, cart }, op, household) {
  // By product, so that it replaces what was said when the button was pressed.
  if (message.t === "no" && "text" in message) announce(message.text, keyOf(op))
  if (message.t === "ok") {
    if (message.warn) announceClamped(message.warn)
    if (op && "sku" in op) own_revs.set(op.sku, message.rev)
    const done = op ? (household?.doneText(op, cart) ?? doneText(op, cart)) : ""
    if (op?.k === "note.set" || op?.k === "voucher.set") announce(done)
    else if (done) politely(done)
    if (op?.k === "line.set" && !op.qty) setUndoRev(op.sku, message.rev)
  }
  if (message.t === "prices") announceLineChanges(before, cart, false)
  if (message.t === "patch") {
    const isOwn = (/** @type {string} */ sku) => (own_revs.get(sku) ?? 0) > before.rev
    const is_told = household?.tellOthers(message, before, cart, isOwn)
    const is_foreign = !is_told && message.by.some((by) => by.tab !== id)
    announceLineChanges(before, cart, is_foreign)
  }
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
  announce(clampedText(warning), sku)
}

/** @param {Op} [op] */
function keyOf(op) {
  return op && "sku" in op ? op.sku : undefined
}

/**
 * @param {Cart} before
 * @param {Cart} cart
 * @param {boolean} is_foreign  Another tab made changes, of lines that this tab did not change.
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
    const is_own = (own_revs.get(sku) ?? 0) > before.rev
    if (!is_foreign || is_own || line?.qty === old?.qty) continue
    politely(foreignText(name), sku)
    highlight(sku)
  }
}
