// The panels of the lesson: what each request cost, and all of them side by side.

/** @import { Figures, Kind } from "../types.d.ts" */

import { answerBytes, inMs, median } from "../figures.js"
import { set, the } from "./dom.js"

const trips = new Map()

/**
 * Show what a request was answered and what it cost.
 * @param {Kind} kind
 * @param {string} said
 * @param {Figures} figures
 */
export function showFigures(kind, said, figures) {
  const { queries, rows, bytes_out, bytes_in, trip_ms } = figures
  trips.set(kind, [...(trips.get(kind) ?? []), trip_ms])
  const told = {
    queries: `${queries}`,
    rows: `${rows}`,
    bytes_out: `${bytes_out}`,
    bytes_in: `${bytes_in}`,
    database: queries ? inMs(figures.database_ms) : "nothing",
    trip: inMs(trip_ms),
  }
  const panel = panelOf(kind)
  set(panel, "textContent", { ...told, server: inMs(figures.server_ms), answer: said })
  const row = { ...told, median: inMs(median(trips.get(kind))), tries: `${trips.get(kind).length}` }
  const named = Object.entries(row).map(([part, text]) => [`${kind}-${part}`, text])
  set(document, "textContent", Object.fromEntries(named))
}

/**
 * Say why there are no figures.
 * @param {Kind} kind
 * @param {string} why
 */
export function showFailure(kind, why) {
  set(panelOf(kind), "textContent", { answer: why })
}

/** @param {Kind} kind */
function panelOf(kind) {
  return the(`[data-kind=${kind}]`)
}

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

async function askAsStranger() {
  const { told, figures } = await ask("/api/how-it-works/stateless", "omit")
  const before = the("[data-kind=stateless] [data-part=answer]").dataset.who
  the("[data-kind=stateless] [data-part=answer]").dataset.who = told.who
  const last = before ? ` A moment ago you were ${before}: another stranger.` : ""
  showFigures("stateless", `“Hello, ${told.who}.” Cookie: ${told.cookie}.${last}`, figures)
}

async function askWithCookie() {
  const { told, figures } = await ask("/api/how-it-works/session", "same-origin")
  const { who, count, rev } = told
  const said = `“You are ${who}, with ${count} in your cart, at revision ${rev}.”`
  showFigures("session", said, figures)
}

/**
 * @param {Kind} kind
 * @param {() => Promise<void>} act
 */
function onAsk(kind, act) {
  const form = panelOf(kind).querySelector("form")
  form?.addEventListener("submit", async (event) => {
    event.preventDefault()
    try {
      await act()
    } catch (error) {
      showFailure(kind, refusal(error))
    }
  })
}

/** @param {unknown} error */
function refusal(error) {
  const is_signed_out = error instanceof Error && error.message === "401"
  if (is_signed_out) return "The cookie names no login any more. Sign in, and ask again."
  return "No answer came. Try again in a moment."
}

onAsk("stateless", askAsStranger)
onAsk("session", askWithCookie)
