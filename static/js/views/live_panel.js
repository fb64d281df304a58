// The third panel: requests the cart over the open connection, and shows what that cost.

/** @import { Inspector } from "../inspector.js" */

import { frameBytes } from "../inspector.js"
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
  const text = `“Here is your cart, with ${cart.totals.count} in it, at revision ${rev}.” It was in memory.`
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
