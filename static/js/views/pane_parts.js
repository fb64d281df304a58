// What the panes of the lesson show, and their buttons.

import { ngettext } from "../i18n.js"
import { queryAll, setParts } from "./dom.js"

/**
 * Call `press` with what a button of the pane does.
 * @param {HTMLElement} root
 * @param {(act: string) => void} press
 */
export function whenPressed(root, press) {
  for (const button of queryAll("[data-press]", root))
    button.onclick = () => press(button.dataset.press ?? "")
}

/**
 * Let the buttons of the pane be pressed, or not; or only that of one act.
 * @param {HTMLElement} root
 * @param {boolean} is_pressable
 * @param {string} act
 */
export function setPressable(root, is_pressable, act = "") {
  for (const button of queryAll(act ? `[data-press="${act}"]` : "[data-press]", root))
    button.toggleAttribute("disabled", !is_pressable)
}

/**
 * Show facts of the pane by their names.
 * @param {HTMLElement} root
 * @param {Record<string, string>} texts
 */
export function showParts(root, texts) {
  const named = Object.entries(texts).map(([name, text]) => [`pane-${name}`, text])
  setParts(root, "textContent", Object.fromEntries(named))
}

/**
 * Return the line of a product as a message tells it: `null` if it is gone, nothing if it is not told.
 * @param {any} message
 * @param {"lines" | "suggested"} list
 * @param {string} sku
 * @returns {any}
 */
export function lineOf(message, list, sku) {
  const { cart } = message
  if (!cart) return message[list]?.[sku]
  return (cart[list] ?? []).find((/** @type {any} */ line) => line.sku === sku) ?? null
}

/** @param {number} bytes */
export function sizeText(bytes) {
  return ngettext("%(num)s byte", "%(num)s bytes", bytes)
}
