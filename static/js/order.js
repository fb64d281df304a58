// Orders on the page move on while one looks at them.

/** @import { News } from "./types.d.ts" */

import { listen } from "./main.js"
import { change, every, set } from "./views/dom.js"

const LABELS = new Map([
  ["placed", "Placed"],
  ["packed", "Packed"],
  ["on_the_way", "On the way"],
  ["delivered", "Delivered"],
  ["cancelled", "Cancelled"],
])

/** @param {News} news */
function heard(news) {
  if (news.t === "order") show(news)
  if (news.t === "welcome") lookAgain()
}

/** @param {{ number: string, state: string }} order */
function show({ number, state }) {
  const label = LABELS.get(state)
  const places = every("[data-order]").filter((one) => one.dataset.order === number)
  for (const place of label ? places : []) {
    change(place, "data-state", state)
    set(place, "textContent", { state: label ?? "" })
    set(place, "hidden", { cancel: state !== "placed" })
    for (const step of every("[data-step]", place)) {
      if (step.dataset.step === state) step.setAttribute("aria-current", "step")
      else step.removeAttribute("aria-current")
    }
  }
}

/** What moved before this page was connected, or while it was not. */
async function lookAgain() {
  const [number, more] = every("[data-order]").map((one) => one.dataset.order ?? "")
  if (!number) return
  const path = more ? `/api/orders${location.search}` : `/api/orders/${number}`
  const answer = await fetch(path).catch(() => null)
  if (!answer?.ok) return
  const found = await answer.json()
  for (const order of found.orders ?? [found]) show(order)
}

listen(heard)
