// Keyboard shortcuts of one key: search, cart, one more, one less, remove. They press the buttons
// of the page, so they work on every page. People who use speech input can switch them off
// (WCAG 2.1.4, "Character Key Shortcuts").

import { isSet, keepSetting } from "../settings.js"
import { isField, queryAll } from "./dom.js"

/**
 * What each key does to the row or card that has the focus; false if it does nothing.
 * @type {Record<string, (container: Element | null) => boolean>}
 */
const KEYS = {
  "/": () => focusSearch(),
  c: () => focusCart(),
  "+": (container) => press(container, "add") || press(container, "more"),
  "-": (container) => press(container, "less"),
  "−": (container) => press(container, "less"),
  Delete: (container) => removeProduct(container),
  "?": () => showShortcuts(),
}

let are_on = !isSet("keys", "off")

/** @param {boolean} will_be_on */
function setOn(will_be_on) {
  are_on = will_be_on
  keepSetting("keys", are_on ? "on" : "off")
}

/**
 * Focus the first visible element; return false if there is none.
 * @param {string} selector
 */
function focus(selector) {
  const visible = queryAll(selector).find((one) => one.checkVisibility())
  visible?.focus()
  return Boolean(visible)
}

/** Focus the search field and select its text, so that typing replaces it. */
function focusSearch() {
  const field = document.querySelector("#q")
  if (field instanceof HTMLInputElement) field.select()
  return focus("#q")
}

/** Focus the cart if the page shows it; otherwise press the button that opens it. */
function focusCart() {
  if (document.documentElement.hasAttribute("data-folded")) press(document.body, "fold")
  return focus("[data-cart-title]") || press(document.body, "to-cart")
}

/**
 * Click the first visible button `part` in `container`; return false if there is none.
 * @param {Element | null} container
 * @param {string} part
 */
function press(container, part) {
  const parts = container ? queryAll(`[data-part="${part}"]:not(:disabled)`, container) : []
  const visible = parts.find((one) => one.checkVisibility())
  visible?.click()
  return Boolean(visible)
}

/**
 * Submit a quantity of 0, as if it had been typed.
 * @param {Element | null} container
 */
function removeProduct(container) {
  const field = /** @type {HTMLInputElement | null} */ (
    container?.querySelector('[data-part="qty"]')
  )
  if (!field || field.value === "0") return false
  field.value = "0"
  field.form?.requestSubmit()
  return true
}

/** Show the list of shortcuts, and whether they are on. */
export function showShortcuts() {
  import("./shortcuts.js").then(({ openShortcuts }) => openShortcuts(are_on, setOn))
  return true
}

/** @param {KeyboardEvent} event */
export function onKey(event) {
  const { key, target, ctrlKey, metaKey, altKey } = event
  if (ctrlKey || metaKey || altKey || isTyping(target) || !are_on) return
  if (document.querySelector("dialog:modal:not(#sheet)")) return
  const container = target instanceof Element ? target.closest("[data-sku]") : null
  if (Object.hasOwn(KEYS, key) && KEYS[key]?.(container)) event.preventDefault()
}

document.addEventListener("keydown", onKey)

/** @param {unknown} element */
function isTyping(element) {
  return isField(element) || element instanceof HTMLSelectElement
}
