// Single keys: to search, to the cart, one more, one less, out. They press what the page has
// anyway, so that they work for everybody; whoever speaks to the computer can switch them off.

import { every, isField } from "./views/dom.js"

const NAME = "keys"

/** @type {Record<string, (holder: Element | null) => boolean>} */
const KEYS = {
  "/": () => search(),
  c: () => toCart(),
  "+": (holder) => press(holder, "add") || press(holder, "more"),
  "-": (holder) => press(holder, "less"),
  "−": (holder) => press(holder, "less"),
  Delete: (holder) => takeOut(holder),
  "?": () => showKeys(),
}

export function areOn() {
  return localStorage.getItem(NAME) !== "off"
}

/** @param {boolean} are_on */
export function setOn(are_on) {
  localStorage.setItem(NAME, are_on ? "on" : "off")
}

/** @param {string} selector */
function focus(selector) {
  const seen = every(selector).find((one) => one.checkVisibility())
  seen?.focus()
  return Boolean(seen)
}

/** What stands there already is typed over. */
function search() {
  const field = document.querySelector("#q")
  if (field instanceof HTMLInputElement) field.select()
  return focus("#q")
}

/** To the cart beside the shelves or on its page, or over the page, or to its page. */
function toCart() {
  if (document.documentElement.hasAttribute("data-folded")) press(document.body, "fold")
  return focus("[data-cart-title]") || press(document.body, "to-cart")
}

/**
 * @param {Element | null} holder
 * @param {string} part
 */
function press(holder, part) {
  const parts = holder ? every(`[data-part="${part}"]:not(:disabled)`, holder) : []
  const seen = parts.find((one) => one.checkVisibility())
  seen?.click()
  return Boolean(seen)
}

/**
 * As if none of it were typed.
 * @param {Element | null} holder
 */
function takeOut(holder) {
  const field = /** @type {HTMLInputElement | null} */ (holder?.querySelector('[data-part="qty"]'))
  if (!field || field.value === "0") return false
  field.value = "0"
  field.form?.requestSubmit()
  return true
}

function showKeys() {
  import("./views/keys.js").then(({ openKeys }) => openKeys())
  return true
}

document.addEventListener("keydown", (event) => {
  const { key, target, ctrlKey, metaKey, altKey } = event
  if (ctrlKey || metaKey || altKey || isTyping(target) || !areOn()) return
  if (document.querySelector("dialog:modal:not(#sheet)")) return
  const holder = target instanceof Element ? target.closest("[data-sku]") : null
  if (Object.hasOwn(KEYS, key) && KEYS[key]?.(holder)) event.preventDefault()
})
for (const button of every('[data-part="keys"]')) button.addEventListener("click", showKeys)

/** @param {unknown} element */
function isTyping(element) {
  return isField(element) || element instanceof HTMLSelectElement
}
