// Small words for the page: find a part, set what differs.

/**
 * The one element that the page must have.
 * @param {string} selector
 */
export function the(selector, root = /** @type {ParentNode} */ (document)) {
  const found = root.querySelector(selector)
  if (found instanceof HTMLElement) return found
  throw new Error(`the page has no ${selector}`)
}

/** @param {string} selector */
export function every(selector, root = /** @type {ParentNode} */ (document)) {
  return /** @type {HTMLElement[]} */ ([...root.querySelectorAll(selector)])
}

/**
 * A copy of what a template holds.
 * @param {string} id
 */
export function copy(id) {
  const template = /** @type {HTMLTemplateElement} */ (the(`#${id}`))
  return the("*", /** @type {DocumentFragment} */ (template.content.cloneNode(true)))
}

/** What the page has around its rows and cards stays: it is looked up once. */
const fixed = /** @type {Map<string, HTMLElement[]>} */ (new Map())

/**
 * @param {ParentNode} root
 * @param {string} name
 */
function parts(root, name) {
  const found = (root === document && fixed.get(name)) || every(`[data-part="${name}"]`, root)
  if (root === document) fixed.set(name, found)
  return found
}

/**
 * Set a property of every part that is named.
 * @param {ParentNode} root
 * @param {string} property
 * @param {Record<string, string | boolean>} values
 */
export function set(root, property, values) {
  for (const [name, value] of Object.entries(values)) {
    for (const part of parts(root, name)) change(part, property, value)
  }
}

/**
 * Set a property or attribute where it differs; a field that somebody types in stays as it is.
 * Text comes as a new node: one that only grew would count as having moved.
 * @param {Element} element
 * @param {string} property
 * @param {string | boolean} value
 */
export function change(element, property, value) {
  if (property === "value" && element === document.activeElement && isField(element)) return
  if (/-|href|src/.test(property)) {
    if (element.getAttribute(property) !== value) element.setAttribute(property, `${value}`)
  } else if (Reflect.get(element, property) === value) return
  else if (property === "textContent") element.replaceChildren(`${value}`)
  else Reflect.set(element, property, value)
}

/** What each row and card shows, so that only what differs is touched. */
const shown = /** @type {WeakMap<Element, unknown>} */ (new WeakMap())

/**
 * Say whether `element` does not show `what` yet; from now on it does.
 * @param {Element} element
 * @param {unknown} what
 */
export function isNews(element, what) {
  const before = shown.get(element)
  shown.set(element, what)
  return before !== what
}

/**
 * Somebody may have typed in what holds `field`: show it anew.
 * @param {unknown} field
 */
export function leaveField(field) {
  const holder = isField(field) && field.closest("[data-sku]")
  if (holder) shown.delete(holder)
}

/** @param {unknown} element */
export function isField(element) {
  return element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement
}
