// Signing in again in place: the page and its waiting changes stay.

import { change, set, the } from "./dom.js"

/** Ask for the password over the page. */
export function askForLogin() {
  const dialog = the("#login")
  if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal()
}

/**
 * Call `done` with the account that was signed in to.
 * @param {(account: string) => void} done
 */
export function onLogin(done) {
  const dialog = /** @type {HTMLDialogElement} */ (the("#login"))
  const form = /** @type {HTMLFormElement} */ (the("form", dialog))
  form.addEventListener("submit", async (event) => {
    event.preventDefault()
    change(the("button", form), { disabled: true })
    const { account, error } = await signIn(new FormData(form))
    change(the("button", form), { disabled: false })
    set(dialog, "error", { hidden: !error, textContent: error })
    if (!account) return
    form.reset()
    dialog.close()
    done(account)
  })
}

/**
 * @param {FormData} fields
 * @returns {Promise<{ account: string, error: string }>}
 */
async function signIn(fields) {
  const body = JSON.stringify({ email: fields.get("email"), password: fields.get("password") })
  const headers = { "Content-Type": "application/json" }
  const answer = await fetch("/api/session", { method: "POST", headers, body }).catch(() => null)
  const said = await answer?.json().catch(() => null)
  if (answer?.ok) return { account: said.account, error: "" }
  return { account: "", error: said?.detail ?? "The shop cannot be reached. Try again." }
}
