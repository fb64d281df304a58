// The first two panels: the same question in a request without, and with, a cookie.

import { answerBytes } from "../figures.js"
import { showFigures } from "./costs.js"
import { the } from "./dom.js"

/**
 * Make a request, and measure it.
 * @param {string} path
 * @param {RequestCredentials} credentials
 */
async function ask(path, credentials) {
  const began = performance.now()
  const answer = await fetch(path, { credentials, cache: "no-store" })
  const body = await answer.arrayBuffer()
  const trip_ms = performance.now() - began
  if (!answer.ok) throw new Error(`${answer.status}`)
  const told = JSON.parse(new TextDecoder().decode(body))
  const length = Number(answer.headers.get("content-length") ?? body.byteLength)
  const { queries, rows, ms: database_ms, server_ms, bytes_in: bytes_out } = told
  const bytes_in = answerBytes(answer.headers, answer.statusText || "OK", length)
  return { told, figures: { queries, rows, bytes_out, bytes_in, database_ms, server_ms, trip_ms } }
}

export async function askAsStranger() {
  const { told, figures } = await ask("/api/how-it-works/stateless", "omit")
  const place = the("[data-kind=stateless] [data-part=answer]")
  const before = place.dataset.who
  place.dataset.who = told.who
  const last = before ? ` A moment ago you were ${before}: another stranger.` : ""
  showFigures("stateless", `“Hello, ${told.who}.” Cookie: ${told.cookie}.${last}`, figures)
}

export async function askWithCookie() {
  const { told, figures } = await ask("/api/how-it-works/session", "same-origin")
  const { who, count, rev } = told
  const said = `“You are ${who}, with ${count} in your cart, at revision ${rev}.”`
  showFigures("session", said, figures)
}
