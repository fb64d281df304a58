// Every sentence that the page itself says; what the shop says comes with its verdicts.

/** @import { Line, Warn } from "./protocol.js" */
/** @import { State } from "./socket.js" */

/**
 * @param {number} amount  In minor units.
 * @param {string} currency
 */
export function money(amount, currency = "GBP") {
  return new Intl.NumberFormat("en-GB", { style: "currency", currency }).format(amount / 100)
}

/**
 * Small amounts read better in pence.
 * @param {number} amount
 */
export function saving(amount) {
  return amount < 100 ? `${amount}p` : money(amount)
}

/**
 * @param {number} count
 * @param {string} noun
 */
export function counted(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`
}

/**
 * @param {number | null} stock
 * @param {string} state
 */
export function chip(stock, state) {
  if (state === "gone") return "No longer sold"
  if (stock === null) return "In stock"
  return stock === 0 ? "Sold out" : `${stock} left`
}

/** @param {Warn} warn */
export function clamped({ got }) {
  return `Only ${got} left, we put ${got} in your cart.`
}

/**
 * Say what happened to `line` while the shopper looked on, or null if nothing worth saying.
 * @param {Line} line
 * @param {Line | undefined} before
 */
export function moved(line, before) {
  if (!before || (line.state === before.state && line.price === before.price)) return null
  const { name } = line
  if (line.state === "price_rise") {
    return `${name}: was ${money(line.agreed)}, now ${money(line.price)}. Accept it or remove it.`
  }
  if (line.state === "sold_out") return `${name}: someone else bought the last one.`
  if (line.state === "gone") return `${name}: no longer sold.`
  if (line.state === "short") return `${name}: only ${line.stock} left.`
  if (line.price < before.price) return `${name}: now ${money(line.price)}.`
  return before.state === "ok" ? null : `${name}: you can have it again.`
}

/**
 * Say how the connection stands: null where that is not worth a word.
 * @param {{ state: State, code: number, waiting: number, is_late: boolean, fresh_at: string }} link
 *   `is_late`: not connected for over two seconds; `fresh_at`: when the cart was last told.
 * @returns {{ text: string, act?: "connect" | "reload" | "login" } | null}
 */
export function status({ state, code, waiting, is_late, fresh_at }) {
  const rest = waiting ? `: ${counted(waiting, "change")} waiting` : ""
  const tail = `${rest} · cart from ${fresh_at}`
  if (state === "offline") return { text: `Offline${tail}` }
  if (state === "stopped") return stopped(code, waiting)
  if (state === "open" || !is_late) return null
  return { text: state === "connecting" ? `Connecting${tail}` : `No connection to the shop${tail}` }
}

/**
 * @param {number} code
 * @param {number} waiting
 * @returns {{ text: string, act?: "connect" | "reload" | "login" } | null}
 */
function stopped(code, waiting) {
  const rest = waiting ? `: ${counted(waiting, "change")} waiting` : ""
  const lost = waiting ? `, and ${counted(waiting, "change")} could not be saved` : ""
  if (code === 0 || code === 4410) return null
  if (code === 4401) return { text: `You are signed out${rest}`, act: "login" }
  if (code === 4409) return { text: `This page went on elsewhere${rest}`, act: "connect" }
  if (code === 4411) return { text: `Your cart is open in too many tabs${rest}`, act: "connect" }
  if (code === 4406) return { text: "The shop has a newer page. Load this one again", act: "reload" }
  return { text: `Something went wrong on this page${lost}. Load it again`, act: "reload" }
}

/**
 * Say what became of the changes that waited for the connection.
 * @param {number} saved
 * @param {string[]} refusals
 */
export function backOnline(saved, refusals) {
  if (!saved && !refusals.length) return "Back online"
  const all = saved + refusals.length
  const of = refusals.length ? `${saved} of ${counted(all, "change")}` : counted(saved, "change")
  return [`Back online: ${of} saved`, ...refusals].join(". ")
}

/** @param {number} count */
export function stale(count) {
  const were = count === 1 ? "was" : "were"
  return `${counted(count, "change")} from more than a day ago ${were} not sent.`
}
