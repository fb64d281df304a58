// The third panel: requests the cart over the open connection, and shows what that cost.

/** @import { Inspector } from "../inspector.js" */
/** @import { Line } from "../types.d.ts" */

import { _ } from "../i18n.js"
import { frameBytes } from "../inspector.js"
import { itemsText } from "../strings.js"
import { showCost } from "./costs.js"

/** Starts (POST) and ends (DELETE) the counting of queries. */
const QUERY_COUNTER = "/api/how-it-works/watch"
const TIMEOUT_MS = 10_000

/**
 * Request a snapshot; database queries are counted from before the request until after the answer.
 * @param {Inspector} inspector
 * @param {() => void} send
 */
export async function requestOverSocket(inspector, send) {
  await request("POST")
  const next_resync = inspector.next(({ message }) => message.t === "resync", TIMEOUT_MS)
  const next_snapshot = inspector.next(({ message }) => message.t === "snapshot", TIMEOUT_MS)
  const began = performance.now()
  send()
  const [resync, snapshot] = await Promise.all([next_resync, next_snapshot])
  const trip_ms = performance.now() - began
  const { queries, rows } = await (await request("DELETE")).json()
  if (!resync || !snapshot) throw new Error("no snapshot came")
  const { rev, cart } = snapshot.message
  const { count } = cart.totals
  const all = cart.lines.reduce(
    (/** @type {number} */ sum, /** @type {Line} */ line) => sum + line.qty,
    0,
  )
  const text = _(
    "“Here is your cart, with %(items)s in it, at revision %(rev)s.” It was in memory.",
    { items: itemsText(count, all - count), rev },
  )
  showCost("held", text, {
    queries,
    rows,
    bytes_out: frameBytes(resync.text, "out"),
    bytes_in: snapshot.bytes,
    database_ms: Number.NaN,
    server_ms: Number.NaN,
    trip_ms,
  })
}

/** @param {"POST" | "DELETE"} method */
async function request(method) {
  const response = await fetch(QUERY_COUNTER, { method })
  if (!response.ok) throw new Error(`${response.status}`)
  return response
}
