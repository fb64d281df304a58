// Every text that the scripts show or announce.

/** @import { ConnectionState, Line, StatusMessage, Warning } from "./types.d.ts" */

/** Formats by currency: creating one takes a hundred times as long as using it. */
const formats = /** @type {Map<string, Intl.NumberFormat>} */ (new Map())

/** @param {number} amount  In minor units. */
export function money(amount, currency = "GBP") {
  const format =
    formats.get(currency) ?? new Intl.NumberFormat("en-GB", { style: "currency", currency })
  formats.set(currency, format)
  return format.format(amount / 100)
}

/**
 * Return a number with its noun, as "1 change" and "2 changes".
 * @param {number} count
 * @param {string} noun
 */
export function pluralize(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`
}

/** @param {number} amount */
export function savingText(amount) {
  return `You save ${amount < 100 ? `${amount}p` : money(amount)}`
}

/**
 * @param {number | null} stock
 * @param {string} state
 */
export function stockLabel(stock, state) {
  if (state === "gone") return "No longer sold"
  if (stock === null) return "In stock"
  return stock ? `${stock} left` : "Sold out"
}

/** @param {Warning} warning */
export function clampedText({ got }) {
  return `Only ${got} left, we put ${got} in your cart.`
}

/**
 * Describe a change of price, stock or state of a line that the shop made; empty if there is none.
 * @param {Line | undefined} line
 * @param {Line | undefined} before
 */
export function lineChangeText(line, before) {
  if (!line || !before) return ""
  const { name, state, agreed, price, stock } = line
  if (state === before.state && price === before.price) return ""
  if (state === "price_rise") return `${name}: was ${money(agreed)}, now ${money(price)}.`
  if (state === "sold_out") return `${name}: someone else bought the last one.`
  if (state === "gone") return `${name}: no longer sold.`
  if (state === "short") return `${name}: only ${stock} left.`
  return price < before.price ? `${name}: now ${money(price)}.` : ""
}

/**
 * Return what to say about the connection, or null if nothing needs to be said.
 * @param {ConnectionState} state
 * @param {number} code
 * @param {number} count  The number of unsaved changes.
 * @param {boolean} is_late  The connection has been away for more than a moment.
 * @param {string} fresh_at  The time of day at which the cart was last up to date.
 * @returns {StatusMessage}
 */
export function statusMessage(state, code, count, is_late, fresh_at) {
  const wait = count ? `: ${pluralize(count, "change")} waiting` : ""
  if (state === "stopped") return stoppedMessage(code, wait)
  if (state === "open" || state === "resting" || (state !== "offline" && !is_late)) return null
  const what = { connecting: "Connecting", waiting: "No connection", offline: "Offline" }[state]
  return { text: `${what}${wait} · cart from ${fresh_at}` }
}

/**
 * @param {number} code
 * @param {string} wait
 * @returns {StatusMessage}
 */
function stoppedMessage(code, wait) {
  if (code === 0 || code === 4410) return null
  if (code === 4401) return { text: `You are signed out${wait}`, act: "Sign in" }
  if (code === 4409) return { text: `This page went on elsewhere${wait}`, act: "Use it here" }
  if (code === 4411) return { text: `Open in too many tabs${wait}`, act: "Use it here" }
  if (code === 4406) return { text: "There is a newer page", act: "Load again" }
  return { text: "Something went wrong; the last changes may be lost", act: "Load again" }
}

/**
 * Say how many of the changes that waited were saved, and why the others were not.
 * @param {number} saved
 * @param {string[]} refusals
 */
export function backOnlineText(saved, refusals) {
  const all = pluralize(saved + refusals.length, "change")
  const some = refusals.length ? `${saved} of ${all}` : all
  return [
    saved || refusals.length ? `Back online: ${some} saved` : "Back online",
    ...refusals,
  ].join(". ")
}
