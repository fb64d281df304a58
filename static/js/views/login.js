// The dialog to sign in again without leaving the page, so that its pending ops stay.

import { _, PREFIX } from "../i18n.js"
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
      setParts(dialog, "textContent", {
        error: detail ?? _("We cannot reach the shop. Please try again."),
      })
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
  const options = { method: "POST", headers, body }
  const response = await fetch(`${PREFIX}/api/session`, options).catch(() => null)
  return response?.json().catch(() => ({})) ?? {}
}
