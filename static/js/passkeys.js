// Asks the browser for a passkey, or to make one, when a form for that is sent; then the form is
// sent with the answer. Such forms are hidden where a browser cannot do it.

import { _ } from "./i18n.js"

const TEXTS = new Map([
  ["AbortError", _("No passkey was used. Try once more, or another way.")],
  ["InvalidStateError", _("This device has a passkey of your account already.")],
  ["NotAllowedError", _("No passkey was used. Try once more, or another way.")],
  ["SecurityError", _("This browser does not allow passkeys at this address.")],
])
const FAILED = _("That did not work. Try again shortly.")

/** @param {HTMLFormElement} form */
async function ask(form) {
  const response = await fetch(`${form.action}.json`, { method: "POST" })
  if (!response.ok) throw new Error(`${response.status}`)
  const options = await response.json()
  if (form.dataset.passkey === "make") {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options)
    return navigator.credentials.create({ publicKey })
  }
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options)
  return navigator.credentials.get({ publicKey })
}

/** @param {Event} event */
async function onSubmit(event) {
  event.preventDefault()
  const form = /** @type {HTMLFormElement} */ (event.currentTarget)
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("button"))
  const error = /** @type {HTMLElement} */ (form.querySelector("[role=alert]"))
  const field = /** @type {HTMLInputElement} */ (form.elements.namedItem("credential"))
  button.disabled = true
  error.hidden = true
  try {
    field.value = JSON.stringify(await ask(form))
    form.submit()
  } catch (fault) {
    error.textContent = TEXTS.get(fault instanceof Error ? fault.name : "") ?? FAILED
    error.hidden = false
  }
  button.disabled = false
  button.focus()
}

if (globalThis.PublicKeyCredential && "parseRequestOptionsFromJSON" in PublicKeyCredential) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.addEventListener("submit", onSubmit)
    form.removeAttribute("hidden")
  }
  for (const text of document.querySelectorAll("[data-without-passkeys]")) text.remove()
}
