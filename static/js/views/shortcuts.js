// The dialog that lists the keyboard shortcuts and switches them on and off.

import { query } from "./dom.js"

const dialog = /** @type {HTMLDialogElement} */ (query("#keys"))
const box = /** @type {HTMLInputElement} */ (query("#keys-on"))

/**
 * @param {boolean} are_on
 * @param {(are_on: boolean) => void} setOn  Called when the customer switches them on or off.
 */
export function openShortcuts(are_on, setOn) {
  box.checked = are_on
  box.onchange = () => setOn(box.checked)
  dialog.showModal()
}
