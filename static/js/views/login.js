// The dialog to sign in again without leaving the page, so that its pending ops stay.

import { query, setParts } from "./dom.js"

/**
 * Show the dialog until the customer has signed in; resolve to the account.
 * @returns {Promise<string>}
 */
export function askForLogin() {
  const dialog = /** @type {HTMLDialogElement} */ (query("#login"))
  if (!dialog.open) dialog.showModal()
  return new Promise((resolve) => {
    dialog.onsubmit = async (event) => {
      event.preventDefault()
      const form = /** @type {HTMLFormElement} */ (event.target)
      const { account, detail } = await signIn(form)
      setParts(dialog, "textContent", { error: detail ?? "The shop cannot be reached. Try again." })
      setParts(dialog, "hidden", { error: Boolean(account) })
      if (!account) return
      form.reset()
      dialog.close()
      resolve(account)
    }
  })
}

/**
 * Return `account`, or `detail` with the reason against it; neither if there was no answer.
 * @param {HTMLFormElement} form
 */
async function signIn(form) {
  const headers = { "Content-Type": "application/json" }
  const body = JSON.stringify(Object.fromEntries(new FormData(form)))
  const response = await fetch("/api/session", { method: "POST", headers, body }).catch(() => null)
  return response?.json().catch(() => ({})) ?? {}
}
