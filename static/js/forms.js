// Which op a form of the page stands for: without JavaScript the shop reads the same form.

/** @import { Op } from "./protocol.js" */

/**
 * Return the op that a form sent to `path` asks for, or null if it asks for none.
 * @param {string} path
 * @param {Pick<FormData, "get">} fields
 * @returns {Op | null}
 */
export function opOf(path, fields) {
  const text = (/** @type {string} */ name) => String(fields.get(name) ?? "")
  const whole = (/** @type {string} */ name) => Number.parseInt(text(name), 10)
  const sku = text("sku")
  const seen = whole("seen") > 0 ? { seen: whole("seen") } : {}
  switch (path) {
    case "/cart/add":
      return { k: "line.add", sku, qty: whole("qty"), ...seen }
    case "/cart/set":
      return { k: "line.set", sku, qty: whole("qty"), ...seen }
    case "/cart/save":
      return { k: "line.save", sku }
    case "/cart/unsave":
      return { k: "line.unsave", sku }
    case "/cart/accept":
      return { k: "line.accept", sku, price: whole("price") }
    case "/cart/note":
      return { k: "note.set", text: plain(text("text")) }
    case "/cart/voucher":
      return { k: "voucher.set", code: plain(text("code")).trim() || null }
    case "/cart/undo":
      return { k: "undo", ...(whole("rev") > 0 ? { rev: whole("rev") } : {}) }
    default:
      return null
  }
}

/**
 * Lines end in LF, and other control characters are left out: nobody typed them on purpose.
 * @param {string} text
 */
function plain(text) {
  return text.replace(/\r\n?/g, "\n").replace(/(?![\n\t])\p{Cc}/gu, "")
}
