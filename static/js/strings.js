// Every sentence that the page itself says.

/** @import { Line, Said, State, Warn } from "./types.d.ts" */

/** Making a format takes a hundred times as long as using it. */
const formats = /** @type {Map<string, Intl.NumberFormat>} */ (new Map())

/** @param {number} amount  In minor units. */
export function money(amount, currency = "GBP") {
  const format =
    formats.get(currency) ?? new Intl.NumberFormat("en-GB", { style: "currency", currency })
  formats.set(currency, format)
  return format.format(amount / 100)
}

/**
 * @param {number} count
 * @param {string} noun
 */
export function counted(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`
}

/** @param {number} amount */
export function saving(amount) {
  return `You save ${amount < 100 ? `${amount}p` : money(amount)}`
}

/**
 * @param {number | null} stock
 * @param {string} state
 */
export function chip(stock, state) {
  if (state === "gone") return "No longer sold"
  if (stock === null) return "In stock"
  return stock ? `${stock} left` : "Sold out"
}

/** @param {Warn} warn */
export function clamped({ got }) {
  return `Only ${got} left, we put ${got} in your cart.`
}

/**
 * What the shop did to a line while the shopper looked on.
 * @param {Line | undefined} line
 * @param {Line | undefined} before
 */
export function moved(line, before) {
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
 * How the connection stands, where that is worth a word.
 * @param {State} state
 * @param {number} code
 * @param {number} count  How many changes wait.
 * @param {boolean} is_late
 * @param {string} fresh_at  When the cart was last told.
 * @returns {Said}
 */
export function status(state, code, count, is_late, fresh_at) {
  const wait = count ? `: ${counted(count, "change")} waiting` : ""
  if (state === "stopped") return stopped(code, wait)
  if (state === "open" || state === "resting" || (state !== "offline" && !is_late)) return null
  const what = { connecting: "Connecting", waiting: "No connection", offline: "Offline" }[state]
  return { text: `${what}${wait} · cart from ${fresh_at}` }
}

/**
 * @param {number} code
 * @param {string} wait
 * @returns {Said}
 */
function stopped(code, wait) {
  if (code === 0 || code === 4410) return null
  if (code === 4401) return { text: `You are signed out${wait}`, act: "Sign in" }
  if (code === 4409) return { text: `This page went on elsewhere${wait}`, act: "Use it here" }
  if (code === 4411) return { text: `Open in too many tabs${wait}`, act: "Use it here" }
  if (code === 4406) return { text: "There is a newer page", act: "Load again" }
  return { text: "Something went wrong; the last changes may be lost", act: "Load again" }
}

/**
 * What became of the changes that waited.
 * @param {number} saved
 * @param {string[]} refusals
 */
export function backOnline(saved, refusals) {
  const all = counted(saved + refusals.length, "change")
  const some = refusals.length ? `${saved} of ${all}` : all
  return [
    saved || refusals.length ? `Back online: ${some} saved` : "Back online",
    ...refusals,
  ].join(". ")
}
