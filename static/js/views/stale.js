// Asks whether ops that have waited for more than a day are still wanted, before they are sent.

/** @import { Tab } from "../tab.js" */

import { pluralize } from "../strings.js"
import { createToast, placeToast, removeToast } from "../toasts.js"
import { queryAll } from "./dom.js"

/** @param {Tab} tab */
export function askAboutStaleOps(tab) {
  const { length } = tab.stale
  if (!length || queryAll("[data-question]").length) return
  const text = `${pluralize(length, "change")} from more than a day ago: still wanted?`
  ask(text, { "Send now": () => tab.keepStale(), Forget: () => tab.discardStale() })
}

/**
 * Show a toast with a button for each answer.
 * @param {string} text
 * @param {Record<string, () => void>} answers
 */
function ask(text, answers) {
  const toast = createToast("notice", text)
  toast.dataset.question = ""
  for (const [label, answer] of Object.entries(answers)) {
    const button = document.createElement("button")
    button.className = "link"
    button.textContent = label
    button.addEventListener("click", answer)
    button.addEventListener("click", () => removeToast(toast))
    toast.append(button)
  }
  placeToast(toast)
}
