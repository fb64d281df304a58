// Signing in again in place: the page and its waiting changes stay.

import { set, the } from "./dom.js"

/**
 * Ask for the password, and return the account that was signed in to.
 * @returns {Promise<string>}
 */
export function askForLogin() {
  const dialog = /** @type {HTMLDialogElement} */ (the("#login"))
  if (!dialog.open) dialog.showModal()
  return new Promise((resolve) => {
    dialog.onsubmit = async (event) => {
      event.preventDefault()
      const form = /** @type {HTMLFormElement} */ (event.target)
      const { account, detail } = await signIn(form)
      set(dialog, "textContent", { error: detail ?? "The shop cannot be reached. Try again." })
      set(dialog, "hidden", { error: Boolean(account) })
      if (!account) return
      form.reset()
      dialog.close()
      resolve(account)
    }
  })
}

/** @param {HTMLFormElement} form */
async function signIn(form) {
  const headers = { "Content-Type": "application/json" }
  const body = JSON.stringify(Object.fromEntries(new FormData(form)))
  const answer = await fetch("/api/session", { method: "POST", headers, body }).catch(() => null)
  return answer?.json().catch(() => ({})) ?? {}
}
