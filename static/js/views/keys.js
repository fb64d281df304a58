// The list of single keys, and the switch for all of them.

import { areOn, setOn } from "../keys.js"
import { the } from "./dom.js"

const dialog = /** @type {HTMLDialogElement} */ (the("#keys"))
const box = /** @type {HTMLInputElement} */ (the("#keys-on"))

export function openKeys() {
  box.checked = areOn()
  dialog.showModal()
}

box.addEventListener("change", () => setOn(box.checked))
