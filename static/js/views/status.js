// The bar under the header and the dot in it: how this page stands with the shop.

/** @import { status } from "../words.js" */

import { change, set, the } from "./dom.js"

const LABELS = { connect: "Use it here", reload: "Load again", login: "Sign in" }

/**
 * Show how the connection stands; nothing at all where all is well.
 * @param {string} state
 * @param {ReturnType<typeof status>} status_now
 */
export function showStatus(state, status_now) {
  change(document.body, { "data-link": state })
  const bar = the("#status")
  const act = status_now?.act
  set(bar, "text", { textContent: status_now?.text ?? "" })
  set(bar, "act", { hidden: !act, textContent: act ? LABELS[act] : "", "data-act": act ?? "" })
  change(bar, { hidden: status_now === null })
}

/**
 * Do what the bar's button says.
 * @param {Record<keyof typeof LABELS, () => void>} acts
 */
export function onAct(acts) {
  const button = the('#status [data-part="act"]')
  button.addEventListener("click", () => {
    const act = button.dataset.act
    if (act === "connect" || act === "reload" || act === "login") acts[act]()
  })
}
