// Asks whether ops that have waited for more than a day are still wanted, before they are sent.

/** @import { Tab } from "../tab.js" */

import { announce } from "../announcements.js"
import { _, ngettext } from "../i18n.js"
import { queryAll } from "./dom.js"
import { ask } from "./questions.js"

/** By then the server may have forgotten what it did with an op (protocol.md §3). */
const FORGOTTEN_MS = 365 * 24 * 60 * 60 * 1000

/** @param {Tab} tab */
export function askAboutStaleOps(tab) {
  if (dropForgotten(tab)) return
  const { length } = tab.stale
  if (!length || queryAll("[data-question]").length) return
  const text = ngettext(
    "%(num)s change not saved for more than a day. Send now?",
    "%(num)s changes not saved for more than a day. Send now?",
    length,
  )
  const discard = () => tab.discard(tab.stale)
  ask(text, { [_("Send now")]: () => tab.keepStale(), [_("Discard")]: discard })
}

/**
 * Drop what was sent so long ago that it might be done a second time; return whether there was any.
 * @param {Tab} tab
 */
function dropForgotten(tab) {
  const forgotten = tab.stale.filter(({ since, sent }) => sent && Date.now() - since > FORGOTTEN_MS)
  if (!forgotten.length) return false
  tab.discard(forgotten)
  const text = ngettext(
    "%(num)s change from more than a year ago may have been saved then. Please check your cart.",
    "%(num)s changes from more than a year ago may have been saved then. Please check your cart.",
    forgotten.length,
  )
  announce(text)
  return true
}
