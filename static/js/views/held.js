// The third panel: the cart asked for over the open line, and what the database saw of it.

/** @import { Inspector } from "../inspector.js" */

import { bytesOf } from "../inspector.js"
import { showFigures } from "./panels.js"

const WATCH = "/api/how-it-works/watch"
const PATIENCE_MS = 10_000

/**
 * Ask, with the database counting from before the question until after the answer.
 * @param {Inspector} inspector
 * @param {() => void} send
 */
export async function askOverLine(inspector, send) {
  const { watch } = await request(WATCH, "POST", 201)
  const asked = inspector.next(({ news }) => news.t === "resync", PATIENCE_MS)
  const answered = inspector.next(({ news }) => news.t === "snapshot", PATIENCE_MS)
  const began = performance.now()
  send()
  const [question, answer] = await Promise.all([asked, answered])
  const trip_ms = performance.now() - began
  const { queries, rows } = await request(`${WATCH}/${watch}`, "DELETE", 200)
  if (!question || !answer) throw new Error("no snapshot came")
  const { rev, cart } = answer.news
  const said = `“Here is your cart, with ${cart.totals.count} in it, at revision ${rev}.” It was in memory.`
  showFigures("held", said, {
    queries,
    rows,
    bytes_out: bytesOf(question.text, "out"),
    bytes_in: answer.bytes,
    database_ms: Number.NaN,
    server_ms: Number.NaN,
    trip_ms,
  })
}

/**
 * @param {string} path
 * @param {"POST" | "DELETE"} method
 * @param {number} status
 */
async function request(path, method, status) {
  const answer = await fetch(path, { method })
  if (answer.status !== status) throw new Error(`${answer.status}`)
  return answer.json()
}
