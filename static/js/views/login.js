// Signing in again in place: the page and its waiting changes stay.

import { set, the } from "./dom.js"

/**
 * Ask for the password over the page, and return the account that was signed in to.
 * @returns {Promise<string>}
 */
export function askForLogin() {
  const dialog = /** @type {HTMLDialogElement} */ (the("#login"))
  if (!dialog.open) dialog.showModal()
  return new Promise((resolve) => {
    dialog.onsubmit = async (event) => {
      event.preventDefault()
      const form = /** @type {HTMLFormElement} */ (event.target)
      const said = await signIn(new FormData(form))
      const error = said.account ? "" : (said.detail ?? "The shop cannot be reached. Try again.")
      set(dialog, "error", { hidden: !error, textContent: error })
      if (error) return
      form.reset()
      dialog.close()
      resolve(said.account)
    }
  })
}

/** @param {FormData} fields */
async function signIn(fields) {
  const { email, password } = Object.fromEntries(fields)
  const headers = { "Content-Type": "application/json" }
  const body = JSON.stringify({ email, password })
  const answer = await fetch("/api/session", { method: "POST", headers, body }).catch(() => null)
  return (await answer?.json().catch(() => null)) ?? {}
}
