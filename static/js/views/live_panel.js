// The third panel: the cart asked for over the open line, and what the database saw of it.

/** @import { Inspector } from "../inspector.js" */

import { bytesOf } from "../inspector.js"
import { showFigures } from "./costs.js"

const WATCH = "/api/how-it-works/watch"
const PATIENCE_MS = 10_000

/**
 * Ask, with the database counting from before the question until after the answer.
 * @param {Inspector} inspector
 * @param {() => void} send
 */
export async function askOverLine(inspector, send) {
  await request("POST")
  const asked = inspector.next(({ news }) => news.t === "resync", PATIENCE_MS)
  const answered = inspector.next(({ news }) => news.t === "snapshot", PATIENCE_MS)
  const began = performance.now()
  send()
  const [question, answer] = await Promise.all([asked, answered])
  const trip_ms = performance.now() - began
  const { queries, rows } = await (await request("DELETE")).json()
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

/** @param {"POST" | "DELETE"} method */
async function request(method) {
  const answer = await fetch(WATCH, { method })
  if (!answer.ok) throw new Error(`${answer.status}`)
  return answer
}
