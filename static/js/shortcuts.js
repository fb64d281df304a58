// Keyboard shortcuts of one key. Their script is loaded with the first key that may be one.

import { queryAll } from "./views/dom.js"

const keys = () => import("./views/keys.js").catch(() => null)

/** @param {KeyboardEvent} event */
async function onFirstKey(event) {
  if (event.target instanceof HTMLInputElement) return
  document.removeEventListener("keydown", onFirstKey)
  const loaded = await keys()
  if (loaded) loaded.onKey(event)
  else document.addEventListener("keydown", onFirstKey)
}

document.addEventListener("keydown", onFirstKey)
for (const button of queryAll('[data-part="keys"]')) {
  button.addEventListener("click", async () => (await keys())?.showShortcuts())
}
