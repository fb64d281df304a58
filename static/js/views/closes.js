// The inspector's list of closed connections, newest first.

/** @import { CapturedClose } from "../types.d.ts" */

import { closeMeaning } from "../close_codes.js"
import { _ } from "../i18n.js"
import { formatMs, formatTime } from "../inspector.js"
import { cloneTemplate, query, setParts } from "./dom.js"

/** It leaves the page when the login ends, or was changed in another tab. */
const inspector = query(".inspector")

/** @param {readonly CapturedClose[]} closes */
export function showCloses(closes) {
  if (!inspector.isConnected) return
  query("[data-part=no-closes]").hidden = closes.length > 0
  query("[data-part=closes]").replaceChildren(...closes.map(closeRow).reverse())
}

/** @param {CapturedClose} close */
function closeRow({ code, when, back_ms }) {
  const row = cloneTemplate("close-row")
  const back =
    back_ms === undefined
      ? _("not back yet")
      : _("back after %(time)s", { time: formatMs(back_ms) })
  const meaning = closeMeaning(code)
  setParts(row, "textContent", { when: formatTime(when), code: `${code}`, meaning, back })
  return row
}
