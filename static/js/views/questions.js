// Toasts with buttons, which stay until one is pressed, and what they say.

import { _, joined, ngettext } from "../i18n.js"
import { createToast, placeToast, removeToast } from "../toasts.js"

export function noConnectionText() {
  return _(
    "No connection at the moment. Your cart is kept here, and the page you chose will open when you are back online.",
  )
}

/** @param {number} count  The number of changes that are not saved. */
export function signOutText(count) {
  const what = count
    ? ngettext(
        "%(num)s change not saved yet. You will be signed out as soon as it is.",
        "%(num)s changes not saved yet. You will be signed out as soon as they are.",
        count,
      )
    : _("No connection at the moment. You will be signed out when you are back online.")
  return joined(what, _("Until then this browser stays signed in, so keep this page open."))
}

/** @param {number} count  The number of changes that are not saved either. */
export function typedText(count) {
  if (!count) return _("What you typed and have not sent: signing out loses it.")
  return ngettext(
    "What you typed and have not sent, and %(num)s change not saved yet: signing out loses it.",
    "What you typed and have not sent, and %(num)s changes not saved yet: signing out loses it.",
    count,
  )
}

/**
 * Show a toast with a button for each answer; it stays until one is pressed.
 * @param {string} text
 * @param {Record<string, () => void>} answers
 */
export function ask(text, answers) {
  const toast = createToast("notice", text)
  toast.dataset.question = ""
  for (const [label, answer] of Object.entries(answers)) {
    const button = document.createElement("button")
    button.className = "link"
    button.textContent = label
    button.addEventListener("click", () => removeToast(toast))
    button.addEventListener("click", answer)
    toast.append(button)
  }
  placeToast(toast)
  return toast
}
