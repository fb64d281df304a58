// How the connection stands, where that is worth a word, and what became of what waited meanwhile.

/** @import { Socket } from "./socket.js" */
/** @import { News, State } from "./types.d.ts" */

import { say } from "./announcements.js"
import { backOnline, status } from "./strings.js"
import { change, set } from "./views/dom.js"

export const LATE_MS = 2000

let away_since = performance.now()
let fresh_at = timeOfDay()
/** The tab let its socket go while nobody looked: that is no trouble to speak of. */
let rested = false
/** What became of the changes that waited while the shopper saw it. */
let tally = /** @type {{ saved: number, refusals: string[] } | null} */ (null)

/**
 * @param {State} state
 * @param {() => void} look  Once it is late, how it stands is to be shown again.
 */
export function linkChanged(state, look) {
  if (state === "open") away_since = Number.POSITIVE_INFINITY
  else if (away_since > performance.now()) {
    away_since = performance.now()
    fresh_at = timeOfDay()
    setTimeout(look, LATE_MS)
  } else if (rested && state !== "resting") {
    away_since = performance.now()
    setTimeout(look, LATE_MS)
  }
  rested = state === "resting"
}

/**
 * @param {Socket} socket
 * @param {number} count  How many changes wait.
 */
export function showLink({ state, code }, count) {
  const said = status(state, code, count, performance.now() - away_since >= LATE_MS, fresh_at)
  change(document.body, "data-link", state)
  set(document, "textContent", { "status-text": said?.text ?? "", "status-act": said?.act ?? "" })
  set(document, "hidden", { status: !said, "status-act": !said?.act })
  if (said) tally ??= { saved: 0, refusals: [] }
  if (state !== "open" || !tally || count) return
  say(backOnline(tally.saved, tally.refusals))
  tally = null
}

/**
 * Count what waited; say whether this is a refusal that is told with all others in the end.
 * @param {News} news
 */
export function isTallied(news) {
  if (tally && news.t === "ok") tally.saved += 1
  return tally && news.t === "no" && "text" in news && tally.refusals.push(news.text) > 0
}

function timeOfDay() {
  return new Date().toLocaleTimeString("en-GB", { timeStyle: "short" })
}
