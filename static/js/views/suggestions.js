// Suggestions under the search field, as a combobox (ARIA Authoring Practices Guide, "Combobox").

/** @import { Price, Product } from "../types.d.ts" */

import { _, ngettext, PREFIX } from "../i18n.js"
import { money } from "../strings.js"
import { query } from "./dom.js"

/** @typedef {Product & Price & { sku: string, state: string }} Found */
/** @typedef {{ products: Found[], meant: string | null }} Answer */

const DEBOUNCE_MS = 120
/** A letter alone says nothing, a Chinese character does. */
const LONG_ENOUGH = /..|\p{Script=Han}/u
/** Browsers that end a composition before its last key still give that key this code. */
const KEY_OF_IME = 229
const MAX_SUGGESTIONS = 6
const MAX_LENGTH = 100

const form = /** @type {HTMLFormElement} */ (query("[role=search]"))
const field = /** @type {HTMLInputElement} */ (query("[role=search] input"))
const list = document.createElement("ul")

let request = new AbortController()
let timer = setTimeout(() => {})

async function suggest() {
  cancel()
  request = new AbortController()
  const { signal } = request
  const q = field.value.trim()
  if (!LONG_ENOUGH.test(q)) return close()
  const found = await fetchProducts(q, signal)
  if (signal.aborted) return
  if (found) show(found, q)
  else close()
}

/** Cancel the request for a text that was typed before, or the timer that would send it. */
function cancel() {
  clearTimeout(timer)
  request.abort()
}

/**
 * @param {string} q
 * @param {AbortSignal} signal
 * @returns {Promise<Answer | null>}  Null if the request failed: then there are no suggestions.
 */
async function fetchProducts(q, signal) {
  try {
    const start = [...q].slice(0, MAX_LENGTH).join("")
    const address = `${PREFIX}/api/products?q=${encodeURIComponent(start)}`
    const response = await fetch(address, { signal })
    return response.ok ? await response.json() : null
  } catch {
    return null
  }
}

/**
 * @param {Answer} answer
 * @param {string} q
 */
function show({ products, meant }, q) {
  const few = products.slice(0, MAX_SUGGESTIONS)
  const label = meant
    ? _("Did you mean “%(words)s”?", { words: meant })
    : _("All results for “%(words)s”", { words: q })
  const last = option(`/shop?q=${encodeURIComponent(meant ?? q)}`, createText("span", label))
  const options = [...few.map(productOption), ...(few.length || meant ? [last] : [])]
  list.replaceChildren(...options)
  for (const [at, item] of [...list.children].entries()) item.id = `${list.id}-${at}`
  list.hidden = !options.length
  field.setAttribute("aria-expanded", `${!list.hidden}`)
  select(-1)
  query("#polite").textContent = meant
    ? label
    : few.length
      ? ngettext("%(num)s suggestion.", "%(num)s suggestions.", few.length)
      : _("No suggestions.")
}

function close() {
  cancel()
  list.hidden = true
  field.setAttribute("aria-expanded", "false")
  select(-1)
}

/** @param {Found} product */
function productOption({ sku, slug, name, unit, price, image }) {
  const picture = document.createElement("img")
  picture.src = `${form.dataset.pictures}${image}.webp`
  picture.width = picture.height = 32
  picture.alt = ""
  const label = createText("span", name)
  label.append(createText("small", unit))
  return option(`/p/${slug}?size=${sku}`, picture, label, createText("span", money(price)))
}

/**
 * @param {string} path  Of the page that it leads to.
 * @param {Element[]} parts
 */
function option(path, ...parts) {
  const item = document.createElement("li")
  item.role = "option"
  item.dataset.href = PREFIX + path
  item.append(...parts)
  return item
}

/**
 * @param {string} tag
 * @param {string} content
 */
function createText(tag, content) {
  const element = document.createElement(tag)
  element.textContent = content
  return element
}

/** Return the index of the selected option, or -1. */
function selectedIndex() {
  return [...list.children].findIndex((item) => item.ariaSelected === "true")
}

/**
 * Select the option at index `at`; -1 selects none, and Enter then searches for the typed text.
 * @param {number} at
 */
function select(at) {
  for (const [index, item] of [...list.children].entries()) item.ariaSelected = `${index === at}`
  const selected = list.children[at]
  if (selected) field.setAttribute("aria-activedescendant", selected.id)
  else field.removeAttribute("aria-activedescendant")
  selected?.scrollIntoView({ block: "nearest" })
}

/**
 * Move the selection by `by`, in a circle of all options and the field itself.
 * @param {number} by
 */
function moveBy(by) {
  const places = list.children.length + 1
  select(((selectedIndex() + 1 + by + places) % places) - 1)
}

/**
 * Open the page of an option.
 * @param {Element | null | undefined} item
 */
function follow(item) {
  if (item instanceof HTMLElement && item.dataset.href) location.assign(item.dataset.href)
}

/** @type {Record<string, () => void>} */
const KEYS = {
  ArrowDown: () => moveBy(1),
  ArrowUp: () => moveBy(-1),
  Enter: () => follow(list.children[selectedIndex()]),
  Escape: close,
}

list.id = "suggestions"
list.className = "suggestions"
list.role = "listbox"
list.ariaLabel = _("Suggestions")
list.hidden = true
form.append(list)
field.setAttribute("aria-controls", list.id)

/** Suggest what fits once nothing is typed for a while. */
function suggestLater() {
  cancel()
  timer = setTimeout(suggest, DEBOUNCE_MS)
}

// What an input method composes is no text yet: nothing is looked for until it is.
field.addEventListener("input", (event) => {
  if (/** @type {InputEvent} */ (event).isComposing) cancel()
  else suggestLater()
})
field.addEventListener("compositionend", suggestLater)
field.addEventListener("keydown", (event) => {
  const action = KEYS[event.key]
  if (event.isComposing || event.keyCode === KEY_OF_IME) {
    // It chooses what is composed, and must not search for it.
    if (event.key === "Enter") event.preventDefault()
    return
  }
  if (!action) return
  if (list.hidden && event.key === "ArrowDown") suggest()
  if (list.hidden || (event.key === "Enter" && selectedIndex() < 0)) return
  event.preventDefault()
  action()
})
field.addEventListener("blur", close)
// What was typed while this script was loading.
if (field.value !== field.defaultValue) field.dispatchEvent(new Event("input"))
// A press on the list would take the focus from the field, and the list would close.
list.addEventListener("pointerdown", (event) => event.preventDefault())
list.addEventListener("click", ({ target }) => {
  if (target instanceof Element) follow(target.closest("[role=option]"))
})
