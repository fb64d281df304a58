// Access to the DOM: find elements, and write only what differs.

/**
 * Return the element that the page must have.
 * @param {string} selector
 */
export function query(selector, root = /** @type {ParentNode} */ (document)) {
  const found = root.querySelector(selector)
  if (found instanceof HTMLElement) return found
  throw new Error(`the page has no ${selector}`)
}

/** @param {string} selector */
export function queryAll(selector, root = /** @type {ParentNode} */ (document)) {
  return /** @type {HTMLElement[]} */ ([...root.querySelectorAll(selector)])
}

/**
 * Return a copy of the one element in a template.
 * @param {string} id
 */
export function cloneTemplate(id) {
  const template = /** @type {HTMLTemplateElement} */ (query(`#${id}`))
  return query("*", /** @type {DocumentFragment} */ (template.content.cloneNode(true)))
}

/** Parts of the document, by name. They are looked up once: only rows and cards come and go. */
const document_parts = /** @type {Map<string, HTMLElement[]>} */ (new Map())

/**
 * Return the elements below `root` with `data-part=name`.
 * @param {ParentNode} root
 * @param {string} name
 */
function parts(root, name) {
  const found =
    (root === document && document_parts.get(name)) || queryAll(`[data-part="${name}"]`, root)
  if (root === document) document_parts.set(name, found)
  return found
}

/**
 * Set a property of parts below `root`, with a value for each name.
 * @param {ParentNode} root
 * @param {string} property
 * @param {Record<string, string | boolean | undefined>} values
 */
export function setParts(root, property, values) {
  for (const [name, value] of Object.entries(values)) {
    for (const part of parts(root, name)) setProperty(part, property, value)
  }
}

/** Fields in which something was typed that is in no op yet. */
export const typed = /** @type {Set<HTMLInputElement>} */ (new Set())

/**
 * Set a property or attribute if it differs. The value of a field in which somebody types is never
 * changed. A text is set as a new node: if the old one grew, browsers would count a layout shift.
 * @param {Element} element
 * @param {string} property
 * @param {string | boolean} [value]
 */
export function setProperty(element, property, value = "") {
  const is_busy =
    element === document.activeElement || typed.has(/** @type {HTMLInputElement} */ (element))
  if (property === "value" && is_busy && isField(element)) return
  if (/-|href|src/.test(property)) {
    if (element.getAttribute(property) !== value) element.setAttribute(property, `${value}`)
  } else if (Reflect.get(element, property) === value) return
  else if (property === "textContent") element.replaceChildren(`${value}`)
  else Reflect.set(element, property, value)
}

/** What each row and card shows, so that only those that differ are written. */
const shown = /** @type {WeakMap<Element, unknown>} */ (new WeakMap())

/**
 * Return whether `element` shows anything but `value`, and record that it shows `value` now.
 * @param {Element} element
 * @param {unknown} value
 */
export function hasChanged(element, value) {
  const before = shown.get(element)
  shown.set(element, value)
  return before !== value
}

/**
 * Have the row or card of `field` written anew: the customer may have typed in it.
 * @param {unknown} field
 */
export function forgetShown(field) {
  const holder = isField(field) && field.closest("[data-sku]")
  if (holder) shown.delete(holder)
}

/**
 * Return whether text can be typed in `element`.
 * @param {unknown} element
 */
export function isField(element) {
  return element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement
}
