// The buttons of the lesson's panels. The scripts that make the requests are loaded on the first
// press.

/** @import { PanelKind } from "../types.d.ts" */

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
 * @param {PanelKind} kind
 * @param {"requestWithoutCookie" | "requestWithCookie"} name
 */
function onSubmit(kind, name) {
  const form = query(`[data-kind=${kind}]`).querySelector("form")
  form?.addEventListener("submit", async (event) => {
    event.preventDefault()
    try {
      const requests = await import("./requests.js")
      await requests[name]()
    } catch (error) {
      showFailure(kind, failureText(error))
    }
  })
}

/** @param {unknown} error */
function failureText(error) {
  const is_signed_out = error instanceof Error && error.message === "401"
  if (is_signed_out) return "The cookie names no login any more. Sign in, and ask again."
  return "No answer came. Try again in a moment."
}

onSubmit("stateless", "requestWithoutCookie")
onSubmit("session", "requestWithCookie")
