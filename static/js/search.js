// Suggestions under the search field, as a combobox (ARIA Authoring Practices Guide, "Combobox").

/** @import { Price, Product } from "./types.d.ts" */

import { money } from "./strings.js"
import { query } from "./views/dom.js"

/** @typedef {Product & Price & { state: string }} Found */

const DEBOUNCE_MS = 120
const MIN_LENGTH = 2
const MAX_SUGGESTIONS = 6

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
  if (q.length < MIN_LENGTH) return close()
  const products = await fetchProducts(q, signal)
  if (signal.aborted) return
  if (products) show(products, q)
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
 * @returns {Promise<Found[] | null>}  Null if the request failed: then there are no suggestions.
 */
async function fetchProducts(q, signal) {
  try {
    const response = await fetch(`/api/products?q=${encodeURIComponent(q)}`, { signal })
    return response.ok ? (await response.json()).products : null
  } catch {
    return null
  }
}

/**
 * @param {Found[]} products
 * @param {string} q
 */
function show(products, q) {
  const few = products.slice(0, MAX_SUGGESTIONS)
  const all = option(
    `/shop?q=${encodeURIComponent(q)}`,
    createText("span", `All results for “${q}”`),
  )
  list.replaceChildren(...few.map(productOption), ...(few.length ? [all] : []))
  for (const [at, item] of [...list.children].entries()) item.id = `${list.id}-${at}`
  list.hidden = !few.length
  field.setAttribute("aria-expanded", `${!list.hidden}`)
  select(-1)
  query("#polite").textContent = few.length ? `${few.length} suggestions.` : "No suggestions."
}

function close() {
  cancel()
  list.hidden = true
  field.setAttribute("aria-expanded", "false")
  select(-1)
}

/** @param {Found} product */
function productOption({ slug, name, unit, price, image }) {
  const picture = document.createElement("img")
  picture.src = `${form.dataset.pictures}${image}.webp`
  picture.width = picture.height = 32
  picture.alt = ""
  const label = createText("span", name)
  label.append(createText("small", unit))
  return option(`/p/${slug}`, picture, label, createText("span", money(price)))
}

/**
 * @param {string} href
 * @param {Element[]} parts
 */
function option(href, ...parts) {
  const item = document.createElement("li")
  item.role = "option"
  item.dataset.href = href
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
list.ariaLabel = "Suggestions"
list.hidden = true
form.append(list)
field.role = "combobox"
field.setAttribute("aria-autocomplete", "list")
field.setAttribute("aria-controls", list.id)
field.setAttribute("aria-expanded", "false")

field.addEventListener("input", () => {
  cancel()
  timer = setTimeout(suggest, DEBOUNCE_MS)
})
field.addEventListener("keydown", (event) => {
  const action = KEYS[event.key]
  if (!action || event.isComposing) return
  if (list.hidden && event.key === "ArrowDown") suggest()
  if (list.hidden || (event.key === "Enter" && selectedIndex() < 0)) return
  event.preventDefault()
  action()
})
field.addEventListener("blur", close)
// A press on the list would take the focus from the field, and the list would close.
list.addEventListener("pointerdown", (event) => event.preventDefault())
list.addEventListener("click", ({ target }) => {
  if (target instanceof Element) follow(target.closest("[role=option]"))
})
