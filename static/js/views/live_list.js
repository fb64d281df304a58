// A list whose items are replaced where they differ, without moving what a person is looking at.

import { queryAll } from "./dom.js"

/** So long after the list has moved, no press is taken: it was meant for what stood there before. */
const SETTLE_MS = 400

/** @param {ParentNode} root */
export function items(root) {
  return queryAll("[data-seen]", root)
}

/**
 * Make `list` what `fresh` is, and keep the place of what a person looks at. An item that is being
 * edited stays, unless its id is `forced`; so does what has only moved to the next page.
 * @param {HTMLElement} list
 * @param {HTMLElement} fresh
 * @param {string} [forced]
 */
export function updateList(list, fresh, forced) {
  keepPlace(list, () => takeOver(list, fresh, forced))
}

/**
 * @param {HTMLElement} list
 * @param {HTMLElement} fresh
 * @param {string} [forced]
 */
function takeOver(list, fresh, forced) {
  const before = new Map(items(list).map((item) => [item.id, item]))
  const after = items(fresh)
  if (!before.size || !after.length) {
    const others = [...before.values()].filter(({ id }) => id !== forced)
    if (!others.some(isEdited)) replaceAll(list, fresh)
    return
  }
  const ids = new Set(after.map(({ id }) => id))
  const parent = /** @type {HTMLElement} */ ([...before.values()][0]?.parentElement)
  // What stands after all that is on the fresh page may be on the next one.
  const end = fresh.dataset.more ? [...before.keys()].findLastIndex((id) => ids.has(id)) : Infinity
  for (const [index, item] of [...before.values()].entries()) {
    const is_gone = !ids.has(item.id) && (index < end || item.id === forced)
    if (is_gone && (item.id === forced || !isEdited(item))) item.remove()
  }
  let place = parent.firstElementChild
  for (const item of after) {
    const old = before.get(item.id)
    if (old && place === old) place = old.nextElementSibling
    if (old && !isReplaced(old, item, forced)) continue
    const copy = /** @type {HTMLElement} */ (adopt([item])[0])
    if (old) takePlace(old, copy)
    else parent.insertBefore(copy, place)
  }
}

/**
 * Put `copy` in place of `old`, opened if that is.
 * @param {HTMLElement} old
 * @param {HTMLElement} copy
 */
function takePlace(old, copy) {
  if (old.querySelector("details[open]")) copy.querySelector("details")?.setAttribute("open", "")
  old.replaceWith(copy)
}

/**
 * Replace all that is in `list` if it differs, unless the focus is in it.
 * @param {HTMLElement} list
 * @param {HTMLElement} fresh
 */
function replaceAll(list, fresh) {
  const is_read = list.contains(document.activeElement) && !items(list).length
  if (!list.isEqualNode(fresh) && !is_read) list.replaceChildren(...adopt(fresh.childNodes))
}

/** @param {Iterable<Node>} nodes */
export function adopt(nodes) {
  return [...nodes].map((node) => document.importNode(node, true))
}

/**
 * @param {HTMLElement} old
 * @param {HTMLElement} fresh
 * @param {string} [forced]
 */
function isReplaced(old, fresh, forced) {
  return old.id === forced || (old.dataset.seen !== fresh.dataset.seen && !isEdited(old))
}

/**
 * Say whether something was typed in `item` and not sent.
 * @param {HTMLElement} item
 */
function isEdited(item) {
  const fields = /** @type {NodeListOf<HTMLInputElement>} */ (item.querySelectorAll("input"))
  return [...fields].some(({ value, defaultValue }) => value !== defaultValue)
}

/**
 * Have what the person looks at, points at or has the focus in stay where it is while `change`
 * moves the list.
 * @param {HTMLElement} list
 * @param {() => void} change
 */
function keepPlace(list, change) {
  const anchor =
    list.querySelector("[data-seen]:focus-within") ??
    list.querySelector("[data-seen]:hover") ??
    (scrollY ? items(list).find((item) => item.getBoundingClientRect().bottom > 0) : null)
  const before = anchor?.getBoundingClientRect()
  change()
  const after = anchor && document.getElementById(anchor.id)?.getBoundingClientRect()
  if (!before || !after || (after.top === before.top && after.left === before.left)) return
  scrollBy(0, after.top - before.top)
  list.classList.add("is-settling")
  setTimeout(() => list.classList.remove("is-settling"), SETTLE_MS)
}

/**
 * Move the focus to the first button of `element`, or to itself.
 * @param {HTMLElement | null} element
 */
export function focusOn(element) {
  const control = element?.querySelector("button")
  if (element && !control) element.tabIndex = -1
  ;(control ?? element)?.focus({ preventScroll: true })
}
