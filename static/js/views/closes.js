// The inspector's list of closed connections, newest first.

/** @import { CapturedClose } from "../types.d.ts" */

import { closeMeaning } from "../close_codes.js"
import { formatMs, formatTime } from "../format.js"
import { cloneTemplate, query, setParts } from "./dom.js"

/** @param {readonly CapturedClose[]} closes */
export function showCloses(closes) {
  query("[data-part=no-closes]").hidden = closes.length > 0
  query("[data-part=closes]").replaceChildren(...closes.map(closeRow).reverse())
}

/** @param {CapturedClose} close */
function closeRow({ code, when, back_ms }) {
  const row = cloneTemplate("close-row")
  const back = back_ms === undefined ? "not back yet" : `back after ${formatMs(back_ms)}`
  const meaning = `${closeMeaning(code)},`
  setParts(row, "textContent", { when: formatTime(when), code: `${code}`, meaning, back })
  return row
}
