// The dialog that lists the keyboard shortcuts and switches them on and off.

import { areShortcutsOn, setShortcutsOn } from "../shortcuts_setting.js"
import { the } from "./dom.js"

const dialog = /** @type {HTMLDialogElement} */ (the("#keys"))
const box = /** @type {HTMLInputElement} */ (the("#keys-on"))

export function openShortcuts() {
  box.checked = areShortcutsOn()
  dialog.showModal()
}

box.addEventListener("change", () => setShortcutsOn(box.checked))
