// The checkout page while the cart may still change: it lists what changed since the customer last
// agreed, and lets only that total be ordered which the customer has seen.

/** @import { Cart, Op, ServerMessage } from "./types.d.ts" */

import { _ } from "./i18n.js"
import { addMessageListener, socket, tab } from "./main.js"
import { money } from "./strings.js"
import { describeChanges, listed, sum, totalParts } from "./totals_diff.js"
import { query, queryAll, setParts, setProperty } from "./views/dom.js"

/** Names of products by SKU, also of those that have left the cart. */
const names = /** @type {Map<string, string>} */ (new Map())

// The note and the code are sent with the order, unless this script saves each by itself.
for (const field of queryAll("[data-form]")) {
  field.setAttribute("form", field.dataset.form ?? "")
  field.toggleAttribute("required", field.id === "voucher-code")
}

/** Why an order waits, and what to do about lines that block it, by their state. */
const texts = queryAll("#order")[0]?.dataset ?? {}
const WANTED_MS = 30_000
/** The browser may have given the order up by then: it can be sent again, and is placed once. */
const PLACING_MS = 10_000

/** The parts of the total that the customer has agreed to. */
let agreed = totalParts(tab.cart)
/** The parts that this tab's own ops change: nobody is asked about those. */
const own = /** @type {Set<string>} */ (new Set())
let has_changed = false
/**
 * "Place order" was pressed while changes were being saved or the page was connecting: it is placed
 * after that, but not much later. The time until when, or 0.
 */
let wanted_until = 0
let is_placing = false

/**
 * @param {ServerMessage} message
 * @param {Op} [op]
 */
function onMessage(message, op) {
  if (op) for (const part of partsOf(op)) own.add(part)
  if (message.t === "no" || (message.t === "ok" && message.warn)) wanted_until = 0
  agreeToOwn(message)
  show()
}

/**
 * Agree to what this tab's own ops changed. They are known by their verdicts, which come no later
 * than the cart that contains them.
 * @param {ServerMessage} message
 */
function agreeToOwn(message) {
  const now = totalParts(tab.cart)
  const is_own =
    message.t === "patch" &&
    message.by.every((by) => by.tab === tab.id || by.outbox === tab.outbox.id)
  if (is_own && !has_changed) agreed = now
  else if (own.size) agreed = new Map([...agreed, ...[...own].map((part) => amountOf(now, part))])
  if (message.t === "patch" || message.t === "snapshot") own.clear()
}

/**
 * @param {ReadonlyMap<string, number>} parts
 * @param {string} name
 */
function amountOf(parts, name) {
  return /** @type {const} */ ([name, parts.get(name) ?? 0])
}

/**
 * Return the parts of the total that `op` may change. Which those are is not known of an undo; it
 * stands for no change that the customer has not seen yet.
 * @param {Op} op
 */
function partsOf(op) {
  if (op.k === "note.set" || (op.k === "undo" && has_changed)) return []
  if (op.k === "undo") return [...agreed.keys(), ...totalParts(tab.cart).keys()]
  return ["sku" in op ? op.sku : "Discount", "Discount", "Delivery"]
}

function show() {
  if (is_placing || !document.querySelector("#order")) return
  for (const { sku, name } of tab.cart.lines.values()) names.set(sku, name)
  const now = totalParts(tab.cart)
  const changes = describeChanges(agreed, now, names)
  if (changes.length) {
    const text = _("Total changed from %(before)s to %(now)s: %(changes)s", {
      before: money(sum(agreed)),
      now: money(sum(now)),
      changes: listed(changes),
    })
    setParts(document, "textContent", { "changed-text": text })
  } else fillForm(tab.cart)
  // A notice of changes that came with the page stays until there is a change here.
  if (has_changed || changes.length) setParts(document, "hidden", { changed: !changes.length })
  has_changed = changes.length > 0
  setParts(document, "hidden", { agree: !has_changed })
  const reason = reasonAgainst(tab.cart)
  const is_wanted = performance.now() < wanted_until
  if (!is_wanted || !(isPassing(reason) || !reason)) wanted_until = 0
  if (is_wanted && !reason) return void query("[data-part=place]").click()
  setButton(wanted_until ? texts.wanted : reason)
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
 * @returns {string | undefined}
 */
function reasonAgainst({ at, lines, totals }) {
  // The first connection is not needed: the server compares what the customer has seen.
  const is_first = socket.link === "connecting" && query("[data-part=status]").hidden
  if (!at || !(is_first || socket.link === "open" || socket.link === "slow")) {
    return texts.offline
  }
  if (tab.stale.length) return texts.stale
  if (tab.outbox.waiting.length) return texts.saving
  if (!lines.size) return texts.empty
  if (has_changed) return texts.changed
  for (const [state, text] of Object.entries(texts)) {
    const blocking = [...lines.values()].filter((line) => line.state === state)
    if (blocking[0]) return text?.replace("{0}", listed(blocking.map(({ name }) => name)))
  }
  return totals.subtotal < Number(document.body.dataset.least) ? texts.minimum : ""
}

/**
 * Return whether the reason is about to go by itself.
 * @param {string} [reason]
 */
function isPassing(reason) {
  const is_trying = socket.link === "connecting" || socket.link === "waiting"
  return reason === texts.saving || (reason === texts.offline && is_trying)
}

/** @param {string} [reason]  Why the order is not placed at once. */
function setButton(reason = "") {
  const is_disabled = Boolean(reason) && reason !== texts.saving
  setParts(document, "aria-disabled", { place: `${is_disabled}` })
  setParts(document, "textContent", { "place-why": reason })
}

/** Submit the form once, however often it is pressed, and not while the button is disabled. */
function onSubmit(/** @type {Event} */ event) {
  if (!is_placing) applyTypedVoucher()
  const reason = reasonAgainst(tab.cart)
  if (reason || is_placing) {
    event.preventDefault()
    if (is_placing) return
    if (isPassing(reason)) wanted_until = performance.now() + WANTED_MS
    show()
    return
  }
  is_placing = true
  setButton(texts.placing)
  setTimeout(() => {
    is_placing = false
    show()
  }, PLACING_MS)
}

/** A code that was typed and not applied is meant for this order. */
function applyTypedVoucher() {
  const field = document.querySelector("#voucher-code")
  if (field instanceof HTMLInputElement && field.value.trim() && field.checkVisibility()) {
    field.form?.requestSubmit()
  }
}

if (document.querySelector("#order")) {
  query("#order").addEventListener("submit", onSubmit)
  query('[data-part="agree"]').addEventListener("click", () => {
    agreed = totalParts(tab.cart)
    show()
  })
  addMessageListener(onMessage)
  // main.js writes the state of the connection and of the outbox to these attributes.
  const attributeFilter = ["data-link", "data-waits"]
  new MutationObserver(show).observe(document.body, { attributeFilter })
  addEventListener("pageshow", ({ persisted }) => persisted && location.reload())
  show()
}
