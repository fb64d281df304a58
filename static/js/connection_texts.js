// The texts of the status under the header, and of the summary once the connection is back.

/** @import { ConnectionState, StatusMessage } from "./types.d.ts" */

import { _, joined, ngettext } from "./i18n.js"

/**
 * Say how old the cart on the page is.
 * @param {number} ms  Not a number if it is not known.
 */
export function ageText(ms) {
  if (Number.isNaN(ms)) return _("cart from earlier")
  if (ms < 60_000) return _("cart from just now")
  return _("cart from %(minutes)s min ago", { minutes: Math.floor(ms / 60_000) })
}

const STATES = {
  connecting: _("Connecting"),
  waiting: _("No connection"),
  offline: _("Offline"),
  slow: _("Slower connection"),
}

/**
 * Return what to say about the connection, or null if nothing needs to be said.
 * @param {ConnectionState} state
 * @param {number} code
 * @param {number} count  The number of unsaved changes.
 * @param {boolean} is_late  The connection has been away for more than a moment.
 * @param {string} age  How old the cart is.
 * @returns {StatusMessage}
 */
export function statusMessage(state, code, count, is_late, age) {
  if (state === "stopped") return stoppedMessage(code, count)
  const is_known = state === "offline" || state === "slow"
  if (state === "open" || state === "resting" || (!is_known && !is_late)) return null
  return { text: `${withWaiting(STATES[state], count)} · ${age}` }
}

/**
 * @param {number} code
 * @param {number} count
 * @returns {StatusMessage}
 */
function stoppedMessage(code, count) {
  if (code === 0 || code === 4410 || code === 4412 || code === 4413) return null
  if (code === 4401) return { text: withWaiting(_("You are signed out"), count), act: _("Sign in") }
  if (code === 4409)
    return { text: withWaiting(_("This page is now open elsewhere"), count), act: _("Use it here") }
  if (code === 4411)
    return { text: withWaiting(_("Open in too many tabs"), count), act: _("Use it here") }
  if (code === 4406) return { text: _("There is a newer version of this page"), act: _("Reload") }
  return { text: _("Something went wrong; the last changes may be lost"), act: _("Reload") }
}

/**
 * @param {string} state
 * @param {number} count  Of changes that are not saved.
 */
function withWaiting(state, count) {
  if (!count) return state
  const detail = ngettext("%(num)s change waiting", "%(num)s changes waiting", count)
  return _("%(state)s: %(detail)s", { state, detail })
}

/**
 * Say how many of the changes that waited were saved, and why the others were not.
 * @param {string} state  What became of the connection.
 * @param {number} saved
 * @param {string[]} refusals
 */
export function savedText(state, saved, refusals) {
  const count = saved + refusals.length
  if (!count) return state
  const all = () => ngettext("%(num)s change saved", "%(num)s changes saved", count)
  const some = () =>
    ngettext("%(saved)s of %(num)s change saved", "%(saved)s of %(num)s changes saved", count, {
      saved,
    })
  if (!refusals.length) return _("%(state)s: %(detail)s", { state, detail: all() })
  return joined(_("%(state)s: %(detail)s.", { state, detail: some() }), ...refusals)
}
