// The status of the connection under the header, and the summary once it is back: how many of the
// changes that waited were saved.

/** @import { Socket } from "./socket.js" */
/** @import { ConnectionState, ServerMessage } from "./types.d.ts" */

import { announce } from "./announcements.js"
import { backOnlineText, statusMessage } from "./strings.js"
import { setParts, setProperty } from "./views/dom.js"

/** A connection that is away for less is not reported. */
export const LATE_MS = 2000

let away_since = performance.now()
let fresh_at = timeOfDay()
/** The tab was hidden and closed its connection: no trouble to report when it reconnects. */
let was_resting = false
/** Verdicts on the changes that waited while the status was shown; null if it was not. */
let waited = /** @type {{ saved: number, refusals: string[] } | null} */ (null)

/**
 * Note a change of the connection's state.
 * @param {ConnectionState} state
 * @param {() => void} refresh  Called when the connection has been away for long enough to say so.
 */
export function connectionChanged(state, refresh) {
  if (state === "open") away_since = Number.POSITIVE_INFINITY
  else if (away_since > performance.now()) {
    away_since = performance.now()
    fresh_at = timeOfDay()
    setTimeout(refresh, LATE_MS)
  } else if (was_resting && state !== "resting") {
    away_since = performance.now()
    setTimeout(refresh, LATE_MS)
  }
  was_resting = state === "resting"
}

/**
 * @param {Socket} socket
 * @param {number} count  The number of unsaved changes.
 */
export function showConnection({ state, code }, count) {
  const is_late = performance.now() - away_since >= LATE_MS
  const message = statusMessage(state, code, count, is_late, fresh_at)
  setProperty(document.body, "data-link", state)
  setParts(document, "textContent", {
    "status-text": message?.text ?? "",
    "status-act": message?.act ?? "",
  })
  setParts(document, "hidden", { status: !message, "status-act": !message?.act })
  if (message) waited ??= { saved: 0, refusals: [] }
  if (state !== "open" || !waited || count) return
  announce(backOnlineText(waited.saved, waited.refusals))
  waited = null
}

/**
 * Count a verdict for the summary; return true if it is a rejection, which the summary announces.
 * @param {ServerMessage} message
 */
export function countVerdict(message) {
  if (waited && message.t === "ok") waited.saved += 1
  return waited && message.t === "no" && "text" in message && waited.refusals.push(message.text) > 0
}

function timeOfDay() {
  return new Date().toLocaleTimeString("en-GB", { timeStyle: "short" })
}
