// The state of orders on the page, updated as messages come.

/** @import { ServerMessage } from "./types.d.ts" */

import { _ } from "./i18n.js"
import { addMessageListener } from "./main.js"
import { queryAll, setParts, setProperty } from "./views/dom.js"

const LABELS = new Map([
  ["awaiting_payment", _("Awaiting payment")],
  ["placed", _("Placed")],
  ["packed", _("Packed")],
  ["on_the_way", _("On the way")],
  ["delivered", _("Delivered")],
  ["cancelled", _("Cancelled")],
])

const CANCELLABLE = new Set(["awaiting_payment", "placed"])

/** @param {ServerMessage} message */
function onMessage(message) {
  if (message.t === "order") show(message)
  if (message.t === "welcome") refresh()
}

/** @param {{ number: string, state: string }} order */
function show({ number, state }) {
  const label = LABELS.get(state)
  const elements = queryAll("[data-order]").filter((element) => element.dataset.order === number)
  for (const element of label ? elements : []) {
    setProperty(element, "data-state", state)
    setParts(element, "textContent", { state: label ?? "" })
    setParts(element, "hidden", { cancel: !CANCELLABLE.has(state) })
    for (const text of queryAll("[data-states]", element)) {
      text.hidden = !text.dataset.states?.split(" ").includes(state)
    }
    for (const step of queryAll("[data-step]", element)) {
      if (step.dataset.step === state) step.setAttribute("aria-current", "step")
      else step.removeAttribute("aria-current")
    }
  }
}

/** Fetch the orders on the page: their state may have changed while there was no connection. */
async function refresh() {
  const [number, more] = queryAll("[data-order]").map((element) => element.dataset.order ?? "")
  if (!number) return
  const path = more ? `/api/orders${location.search}` : `/api/orders/${number}`
  const response = await fetch(path).catch(() => null)
  if (!response?.ok) return
  const found = await response.json()
  for (const order of found.orders ?? [found]) show(order)
}

addMessageListener(onMessage)
