// Small words for the page: find a part, set what differs.

/**
 * Return the element that the page must have.
 * @param {string} selector
 * @param {ParentNode} root
 * @returns {HTMLElement}
 */
export function the(selector, root = document) {
  const found = root.querySelector(selector)
  if (found instanceof HTMLElement) return found
  throw new Error(`the page has no ${selector}`)
}

/**
 * Return every element that fits.
 * @param {string} selector
 * @param {ParentNode} root
 * @returns {HTMLElement[]}
 */
export function every(selector, root = document) {
  return [...root.querySelectorAll(selector)].filter((found) => found instanceof HTMLElement)
}

/**
 * Return a copy of what a template holds.
 * @param {string} selector
 * @returns {HTMLElement}
 */
export function copy(selector) {
  const template = the(selector)
  const first = template instanceof HTMLTemplateElement && template.content.firstElementChild
  if (first) return /** @type {HTMLElement} */ (first.cloneNode(true))
  throw new Error(`${selector} is no template`)
}

/**
 * Set properties of a part, where the part is there and they differ.
 * @param {ParentNode} root
 * @param {string} name
 * @param {Record<string, string | boolean>} values
 */
export function set(root, name, values) {
  for (const part of every(`[data-part="${name}"]`, root)) change(part, values)
}

/**
 * Set what differs; a field that somebody types in stays as it is.
 * @param {HTMLElement} element
 * @param {Record<string, string | boolean>} values
 */
export function change(element, values) {
  const now = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (element))
  for (const [name, value] of Object.entries(values)) {
    if (name === "value" && element === document.activeElement && isField(element)) continue
    if (name.includes("-")) setAttribute(element, name, String(value))
    else if (now[name] !== value) now[name] = value
  }
}

/**
 * @param {Element} element
 * @param {string} name
 * @param {string} value
 */
function setAttribute(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value)
}

/** @param {Element} element */
export function isField(element) {
  return element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement
}
