// The first two panels: the same request without and with a cookie.

import { responseBytes } from "../figures.js"
import { showCost } from "./costs.js"
import { query } from "./dom.js"

/**
 * Make a request; return its answer and what it cost.
 * @param {string} path
 * @param {RequestCredentials} credentials
 */
async function measure(path, credentials) {
  const started_at = performance.now()
  const response = await fetch(path, { credentials, cache: "no-store" })
  const body = await response.arrayBuffer()
  const trip_ms = performance.now() - started_at
  if (!response.ok) throw new Error(`${response.status}`)
  const answer = JSON.parse(new TextDecoder().decode(body))
  const length = Number(response.headers.get("content-length") ?? body.byteLength)
  const { queries, rows, ms: database_ms, server_ms, bytes_in: bytes_out } = answer
  const bytes_in = responseBytes(response.headers, response.statusText || "OK", length)
  return { answer, cost: { queries, rows, bytes_out, bytes_in, database_ms, server_ms, trip_ms } }
}

export async function requestWithoutCookie() {
  const { answer, cost } = await measure("/api/how-it-works/stateless", "omit")
  const panel = query("[data-kind=stateless] [data-part=answer]")
  const before = panel.dataset.who
  panel.dataset.who = answer.who
  const remark = before ? ` A moment ago you were ${before}: another stranger.` : ""
  showCost("stateless", `“Hello, ${answer.who}.” Cookie: ${answer.cookie}.${remark}`, cost)
}

export async function requestWithCookie() {
  const { answer, cost } = await measure("/api/how-it-works/session", "same-origin")
  const { who, count, rev } = answer
  const text = `“You are ${who}, with ${count} in your cart, at revision ${rev}.”`
  showCost("session", text, cost)
}
