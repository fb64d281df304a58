// The words of the wire, `shop.cart.v1`; docs/protocol.md says what each of them means.

/**
 * What a tab may ask.
 * @typedef {{ k: "line.add" | "line.set", sku: string, qty: number, seen?: number }
 *   | { k: "line.accept", sku: string, price: number }
 *   | { k: "line.save" | "line.unsave", sku: string }
 *   | { k: "note.set", text: string }
 *   | { k: "voucher.set", code: string | null }
 *   | { k: "undo", rev?: number }} Op
 * @typedef {{ t: "hello", tab: string, gen: number, outbox: string, at: string | null,
 *   pend: number[] }} Hello
 * @typedef {Hello | Op & { t: "op", n: number } | { t: "watch", skus: string[] }
 *   | { t: "resync" } | { t: "ping", id: number }} Frame
 */

/**
 * What a cart is made of; money is in minor units.
 * @typedef {{ name: string, unit: string, slug: string, image: string }} Product
 * @typedef {"ok" | "price_rise" | "short" | "sold_out" | "gone"} LineState
 * @typedef {Product & { sku: string, pos: number, qty: number, agreed: number, price: number,
 *   stock: number | null, state: LineState }} Line
 * @typedef {{ code: string, label: string, state: string }} Voucher
 * @typedef {{ count: number, subtotal: number, discount: number, delivery: number, total: number,
 *   currency: string }} Totals
 * @typedef {{ lines: Line[], saved: Line[], note: string, voucher: Voucher | null,
 *   totals: Totals }} WireCart
 * @typedef {Record<string, Line | null>} LineChanges
 */

/**
 * What the shop tells.
 * @typedef {{ code: "clamped", sku: string, asked: number, got: number }} Warn
 * @typedef {{ t: "ok", n: number, rev: number, warn?: Warn }} Ok
 * @typedef {{ t: "no", n: number, code: string, text: string, rev: number }} No
 * @typedef {{ t: "no", n: number, code: "busy" | "rate", retry_ms: number }} NotNow
 * @typedef {Ok | No | NotNow} Verdict
 * @typedef {{ t: "welcome", v: 1, account: string, node: string, conn: string,
 *   mode: "snapshot" | "same", why?: string, last: number, verdicts: Verdict[], hb_ms: number,
 *   session_left_ms: number, limits: Record<string, number> & { inflight: number } }} Welcome
 * @typedef {{ t: "snapshot", at: string, rev: number, cart: WireCart }} Snapshot
 * @typedef {{ tab: string | null, outbox: string | null, n: number | null, k: string }} By
 * @typedef {{ t: "patch", prev: number, rev: number, at: string, by: By, lines: LineChanges,
 *   saved?: LineChanges, note?: string, voucher?: Voucher | null, totals: Totals }} Patch
 * @typedef {{ sku: string, price: number, stock: number | null }} Price
 * @typedef {{ t: "prices", items: Price[], lines?: Record<string, Line>,
 *   saved?: Record<string, Line>, voucher?: Voucher | null, totals?: Totals }} Prices
 * @typedef {Welcome | Snapshot | Patch | Prices | Verdict | { t: "need", n: number }
 *   | { t: "tabs", n: number } | { t: "order", number: string, state: string }
 *   | { t: "pong", id: number } | { t: "hb" } | { t: "auth", session_left_ms: number }
 *   | { t: "drain", open_after_ms: number, close_in_ms: number }} News
 */

/**
 * Return the news that `text` spells; only the shop talks to us.
 * @param {string} text
 * @returns {News}
 */
export function read(text) {
  return JSON.parse(text)
}

/**
 * Spell `frame` for the shop.
 * @param {Frame} frame
 */
export function write(frame) {
  return JSON.stringify(frame)
}
