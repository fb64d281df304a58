// The forms of the lesson that ask over HTTP. The scripts that make the requests are loaded on the
// first press.

/** @import { PanelKind } from "../types.d.ts" */

import { _ } from "../i18n.js"
import { query, setParts } from "./dom.js"

/**
 * Show why there is no answer.
 * @param {PanelKind} kind
 * @param {string} reason
 */
export function showFailure(kind, reason) {
  setParts(query(`[data-kind=${kind}]`), "textContent", { answer: reason })
}

/**
 * Make a form ask by script: `times` requests, drawn in the diagram.
 * @param {string} selector
 * @param {PanelKind} kind
 * @param {number} times
 */
function onSubmit(selector, kind, times) {
  document.querySelector(selector)?.addEventListener("submit", async (event) => {
    event.preventDefault()
    try {
      const requests = await import("./requests.js")
      const failure = await requests.ask(kind, times)
      if (failure) showFailure(kind, failure)
    } catch {
      showFailure(kind, _("No answer came. Please try again shortly."))
    }
  })
}

onSubmit("[data-kind=stateless] form", "stateless", 1)
onSubmit("[data-kind=session] form", "session", 1)
onSubmit("[data-run=stateless]", "stateless", 2)
onSubmit("[data-run=session]", "session", 1)
