// Small words for the page: find a part, set what differs.

/**
 * Return the element that the page must have.
 * @param {string} selector
 */
export function the(selector, /** @type {ParentNode} */ root = document) {
  const found = root.querySelector(selector)
  if (found instanceof HTMLElement) return found
  throw new Error(`the page has no ${selector}`)
}

/**
 * Return every element that fits.
 * @param {string} selector
 */
export function every(selector, /** @type {ParentNode} */ root = document) {
  return /** @type {HTMLElement[]} */ ([...root.querySelectorAll(selector)])
}

/**
 * Return a copy of what a template holds.
 * @param {string} id
 */
export function copy(id) {
  const { content } = /** @type {HTMLTemplateElement} */ (the(`#${id}`))
  return the("*", /** @type {DocumentFragment} */ (content.cloneNode(true)))
}

/**
 * Set properties, and attributes with a dash, of every part of that name.
 * @param {ParentNode} root
 * @param {string} name
 * @param {Record<string, string | boolean>} values
 */
export function set(root, name, values) {
  for (const part of every(`[data-part="${name}"]`, root)) change(part, values)
}

/**
 * Set what differs; a field that somebody types in stays as it is.
 * @param {Element} element
 * @param {Record<string, string | boolean>} values
 */
export function change(element, values) {
  const now = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (element))
  for (const [name, value] of Object.entries(values)) {
    if (name === "value" && element === document.activeElement && isField(element)) continue
    if (/-|href|src/.test(name)) {
      if (element.getAttribute(name) !== value) element.setAttribute(name, String(value))
    } else if (now[name] !== value) now[name] = value
  }
}

/** @param {unknown} element */
export function isField(element) {
  return element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement
}
