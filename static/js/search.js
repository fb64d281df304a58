// What the shop may have of what is being typed, under the field (ARIA APG, "Combobox").

/** @import { Price, Product } from "./types.d.ts" */

import { money } from "./strings.js"
import { the } from "./views/dom.js"

/** @typedef {Product & Price & { state: string }} Found */

const WAIT_MS = 120
const SHORTEST = 2
const MOST = 6

const form = /** @type {HTMLFormElement} */ (the("[role=search]"))
const field = /** @type {HTMLInputElement} */ (the("[role=search] input"))
const list = document.createElement("ul")

let asked = new AbortController()
let timer = setTimeout(() => {})

/** What the field says now. */
function typed() {
  return field.value.trim()
}

async function suggest() {
  callOff()
  asked = new AbortController()
  const { signal } = asked
  const q = typed()
  if (q.length < SHORTEST) return close()
  const products = await look(q, signal)
  if (signal.aborted) return
  if (products) show(products, q)
  else close()
}

/** Ask nothing more for what was typed before. */
function callOff() {
  clearTimeout(timer)
  asked.abort()
}

/**
 * @param {string} q
 * @param {AbortSignal} signal
 * @returns {Promise<Found[] | null>}  Null where the shop cannot be asked: the search itself can.
 */
async function look(q, signal) {
  try {
    const answer = await fetch(`/api/products?q=${encodeURIComponent(q)}`, { signal })
    return answer.ok ? (await answer.json()).products : null
  } catch {
    return null
  }
}

/**
 * @param {Found[]} products
 * @param {string} q
 */
function show(products, q) {
  const few = products.slice(0, MOST)
  const all = option(`/shop?q=${encodeURIComponent(q)}`, text("span", `All results for “${q}”`))
  list.replaceChildren(...few.map(productOption), ...(few.length ? [all] : []))
  for (const [at, one] of [...list.children].entries()) one.id = `${list.id}-${at}`
  list.hidden = !few.length
  field.setAttribute("aria-expanded", `${!list.hidden}`)
  pick(-1)
  the("#polite").textContent = few.length ? `${few.length} suggestions.` : "No suggestions."
}

function close() {
  callOff()
  list.hidden = true
  field.setAttribute("aria-expanded", "false")
  pick(-1)
}

/** @param {Found} product */
function productOption({ slug, name, unit, price, image }) {
  const picture = document.createElement("img")
  picture.src = `${form.dataset.pictures}${image}.webp`
  picture.width = picture.height = 32
  picture.alt = ""
  const named = text("span", name)
  named.append(text("small", unit))
  return option(`/p/${slug}`, picture, named, text("span", money(price)))
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
 * @param {string} name
 * @param {string} said
 */
function text(name, said) {
  const element = document.createElement(name)
  element.textContent = said
  return element
}

function picked() {
  return [...list.children].findIndex((one) => one.ariaSelected === "true")
}

/**
 * Mark the option at `at`; at -1, none: then Enter searches for what is typed.
 * @param {number} at
 */
function pick(at) {
  for (const [index, one] of [...list.children].entries()) one.ariaSelected = `${index === at}`
  const one = list.children[at]
  if (one) field.setAttribute("aria-activedescendant", one.id)
  else field.removeAttribute("aria-activedescendant")
  one?.scrollIntoView({ block: "nearest" })
}

/**
 * One further, from the field itself through all options and back to it.
 * @param {number} by
 */
function step(by) {
  const places = list.children.length + 1
  pick(((picked() + 1 + by + places) % places) - 1)
}

/** @param {Element | null | undefined} one */
function go(one) {
  if (one instanceof HTMLElement && one.dataset.href) location.assign(one.dataset.href)
}

/** @type {Record<string, () => void>} */
const KEYS = {
  ArrowDown: () => step(1),
  ArrowUp: () => step(-1),
  Enter: () => go(list.children[picked()]),
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
  callOff()
  timer = setTimeout(suggest, WAIT_MS)
})
field.addEventListener("keydown", (event) => {
  const act = KEYS[event.key]
  if (!act || event.isComposing) return
  if (list.hidden && event.key === "ArrowDown") suggest()
  if (list.hidden || (event.key === "Enter" && picked() < 0)) return
  event.preventDefault()
  act()
})
field.addEventListener("blur", close)
list.addEventListener("pointerdown", (event) => event.preventDefault())
list.addEventListener("click", ({ target }) => {
  if (target instanceof Element) go(target.closest("[role=option]"))
})
