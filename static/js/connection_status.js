// The status of the connection under the header, and the summary once it is back: how many of the
// changes that waited were saved. Every word about the connection is written here, from its state.

/** @import { Socket } from "./socket.js" */
/** @import { ConnectionState, ServerMessage } from "./types.d.ts" */

import { announce, retract } from "./announcements.js"
import { ageText, savedText, statusMessage } from "./connection_texts.js"
import { _ } from "./i18n.js"
import { setParts, setProperty } from "./views/dom.js"

/** A connection that is away for less is not reported. */
const LATE_MS = 2000
/** A timer counts whole milliseconds, by another clock: it must not look before the time is up. */
const SLACK_MS = 5
/** By so much clocks drift at most. */
const SKEW_MS = 30_000
/** The key of the summary, so that it goes when it is no longer true. */
const SUMMARY = "connection"

let away_since = Number.POSITIVE_INFINITY
/** When the cart was last up to date, and how the clocks differed then. */
let fresh_at = performance.now()
let fresh_skew = clockSkew()
/** The tab was hidden and closed its connection: no trouble to report when it reconnects. */
let was_resting = false
let has_been_open = false
/** The status said that the connection was lost. */
let was_lost = false
/** Verdicts on the changes that waited while the status was shown; null if it was not. */
let waited = /** @type {{ saved: number, refusals: string[] } | null} */ (null)

/**
 * Note a change of the connection's state.
 * @param {ConnectionState} state
 * @param {number} at  When it changed.
 * @param {() => void} refresh  Called when the connection has been away for long enough to say so.
 */
export function connectionChanged(state, at, refresh) {
  if (state === "open") {
    away_since = Number.POSITIVE_INFINITY
    has_been_open = true
  } else if (away_since > at || (was_resting && state !== "resting")) {
    if (away_since > at) cartIsFresh()
    away_since = at
    setTimeout(refresh, Math.ceil(at + LATE_MS - performance.now()) + SLACK_MS)
  }
  was_resting = state === "resting"
}

/** Note that the cart is up to date now. */
export function cartIsFresh() {
  fresh_at = performance.now()
  fresh_skew = clockSkew()
}

/**
 * @param {Pick<Socket, "link" | "code">} socket
 * @param {number} count  The number of unsaved changes.
 */
export function showConnection({ link, code }, count) {
  const is_late = performance.now() - away_since >= LATE_MS
  const message = statusMessage(link, code, count, is_late, ageText(cartAge()))
  setProperty(document.body, "data-link", link)
  setParts(document, "textContent", {
    "status-text": message?.text ?? "",
    "status-act": message?.act ?? "",
  })
  setParts(document, "hidden", { status: !message, "status-act": !message?.act })
  if (message) waited ??= { saved: 0, refusals: [] }
  if (message && link !== "slow" && link !== "stopped") {
    was_lost ||= link === "offline" || has_been_open
    retract(SUMMARY)
  }
  if ((link === "open" || link === "slow") && waited && !count) summarize(link, waited)
}

/**
 * @param {"open" | "slow"} link
 * @param {{ saved: number, refusals: string[] }} counted
 */
function summarize(link, { saved, refusals }) {
  const connected = link === "slow" ? _("Slower connection") : _("Connected")
  const state = was_lost ? _("Back online") : connected
  if (was_lost || saved || refusals.length) announce(savedText(state, saved, refusals), SUMMARY)
  waited = null
  was_lost = false
}

/**
 * Count a verdict for the summary; return true if it is a rejection, which the summary announces.
 * @param {ServerMessage} message
 */
export function countVerdict(message) {
  if (waited && message.t === "ok") waited.saved += 1
  return waited && message.t === "no" && "text" in message && waited.refusals.push(message.text) > 0
}

/** Return by how much the time of day is ahead of the other clock. */
function clockSkew() {
  return Date.now() - performance.now()
}

/**
 * Return the age of the cart in ms; not a number if it is not known: the time of day was set, or the
 * other clock stood still while the device slept.
 */
function cartAge() {
  const is_known = Math.abs(clockSkew() - fresh_skew) < SKEW_MS
  return is_known ? performance.now() - fresh_at : Number.NaN
}
