// What waited for more than a day: it is sent only if it is still wanted.

/** @import { Tab } from "../tab.js" */

import { counted } from "../strings.js"
import { put, takeOff, written } from "../toasts.js"
import { every } from "./dom.js"

/** @param {Tab} tab */
export function askAbout(tab) {
  const { length } = tab.stale
  if (!length || every("[data-question]").length) return
  const text = `${counted(length, "change")} from more than a day ago: still wanted?`
  ask(text, { "Send now": () => tab.freshen(), Forget: () => tab.forget() })
}

/**
 * @param {string} text
 * @param {Record<string, () => void>} answers
 */
function ask(text, answers) {
  const item = written("notice", text)
  item.dataset.question = ""
  for (const [label, act] of Object.entries(answers)) {
    const button = document.createElement("button")
    button.className = "link"
    button.textContent = label
    button.addEventListener("click", act)
    button.addEventListener("click", () => takeOff(item))
    item.append(button)
  }
  put(item)
}
