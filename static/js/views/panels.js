// The panels of the lesson: their buttons, which load what asks when they are first pressed.

/** @import { Kind } from "../types.d.ts" */

import { set, the } from "./dom.js"

/**
 * Say why there are no figures.
 * @param {Kind} kind
 * @param {string} why
 */
export function showFailure(kind, why) {
  set(the(`[data-kind=${kind}]`), "textContent", { answer: why })
}

/**
 * @param {Kind} kind
 * @param {"askAsStranger" | "askWithCookie"} name
 */
function onAsk(kind, name) {
  const form = the(`[data-kind=${kind}]`).querySelector("form")
  form?.addEventListener("submit", async (event) => {
    event.preventDefault()
    try {
      const requests = await import("./requests.js")
      await requests[name]()
    } catch (error) {
      showFailure(kind, refusal(error))
    }
  })
}

/** @param {unknown} error */
function refusal(error) {
  const is_signed_out = error instanceof Error && error.message === "401"
  if (is_signed_out) return "The cookie names no login any more. Sign in, and ask again."
  return "No answer came. Try again in a moment."
}

onAsk("stateless", "askAsStranger")
onAsk("session", "askWithCookie")
