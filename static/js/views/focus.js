// Keeps the focus when what has it leaves the page, or is hidden or disabled: it goes to what took
// its place, to the same control of the next row, or to the nearest that is left. So nothing that
// writes into the page has to think of it.

import { queryAll } from "./dom.js"

const CONTROLS = 'a[href], button, input, select, textarea, summary, [tabindex="0"]'
/** Something that is left in one of these is nearer than its heading. */
const HOLDERS = "form, [data-sku], [data-seen], [data-holder]"
/** Messages come and go there; the focus goes back to where it was before. */
const MESSAGES = ".status, .toasts, .staff-said"

/** A removal that took the focus with it. */
/** @typedef {{ item: Node, parent: Node, next: Node | null, previous: Node | null, added: Node[] }} Gap */

let current = /** @type {HTMLElement | null} */ (null)
/** What had the focus last outside of messages. */
let outside = /** @type {HTMLElement | null} */ (null)
let gap = /** @type {Gap | null} */ (null)
/** A removed row that was taken back, and what has the focus until it is here again. */
let awaited = /** @type {{ sku: string, holder: Element | null } | null} */ (null)
let is_due = false

/** @param {FocusEvent} event */
function onFocus({ target }) {
  if (!(target instanceof HTMLElement)) return
  current = target
  gap = null
  if (!target.closest(MESSAGES)) outside = target
}

/** @param {MutationRecord[]} records */
function onChange(records) {
  for (const record of current ? records : []) noteRemoval(record)
  checkSoon()
}

/** @param {MutationRecord} record */
function noteRemoval({ target, removedNodes, addedNodes, nextSibling, previousSibling }) {
  const lost = gap && !gap.parent.isConnected ? gap.parent : current
  for (const item of removedNodes) {
    if (!item.contains(lost)) continue
    const added = [...addedNodes]
    gap = { item, parent: target, next: nextSibling, previous: previousSibling, added }
  }
}

/** Check in the next animation frame, when the browser computes anyway what is visible. */
function checkSoon() {
  if (!is_due) requestAnimationFrame(check)
  is_due = true
}

function check() {
  is_due = false
  const active = document.activeElement
  if (active && active !== document.body && isUsable(active)) return followAwaited(active)
  if (!current) return
  // Left by the person: a press beside it.
  if (!gap && isUsable(current)) current = null
  else place(findSuccessor(current))
}

/** @param {HTMLElement | undefined} control */
function place(control) {
  const sku = gap?.item instanceof HTMLElement ? gap.item.dataset.removed : undefined
  if (control && !control.matches(CONTROLS)) control.tabIndex = -1
  control?.focus({ preventScroll: true })
  awaited = sku ? { sku, holder: document.activeElement } : null
  if (document.activeElement) followAwaited(document.activeElement)
}

/**
 * Focus a row that was taken back, unless the person has gone on.
 * @param {Element} active
 */
function followAwaited(active) {
  if (!awaited) return
  const rows = queryAll(`[data-rows] > [data-sku="${awaited.sku}"]`)
  const row = rows.find((each) => each.checkVisibility())
  if (active === awaited.holder && !row) return
  if (active === awaited.holder && row) controls(row)[0]?.focus({ preventScroll: true })
  awaited = null
}

/** @param {HTMLElement} lost */
function findSuccessor(lost) {
  if (isUsable(lost)) return lost
  const was_message = outside !== lost && (gap ? isIn(gap.parent) : isIn(lost))
  if (was_message && outside && isUsable(outside)) return outside
  const start = gap?.parent ?? lost
  return (gap && inItsPlace(gap, lost)) ?? nearby(start, lost) ?? headingBefore(start)
}

/** @param {Node} node */
function isIn(node) {
  return node instanceof Element && Boolean(node.closest(MESSAGES))
}

/**
 * What was put in place of the removed item, or the same control in the next or previous one.
 * @param {Gap} gap
 * @param {HTMLElement} lost
 */
function inItsPlace({ item, added, next, previous }, lost) {
  const { id = "", dataset = {} } = item instanceof HTMLElement ? item : {}
  const same = id ? document.getElementById(id) : null
  const places = [same, ...added, ...siblings(next, "nextSibling")]
  for (const each of [...places, ...siblings(previous, "previousSibling")]) {
    // The undo of another row is no place to go on from.
    const { removed = dataset.sku } = each instanceof HTMLElement ? each.dataset : {}
    const is_place = each instanceof HTMLElement && removed === dataset.sku
    const found = is_place && twin(each, item, lost)
    if (found) return found
  }
  return undefined
}

/**
 * @param {Node | null} node
 * @param {"nextSibling" | "previousSibling"} way
 */
function siblings(node, way) {
  const found = []
  for (let at = node; at; at = at[way]) found.push(at)
  return found
}

/**
 * The control of `root` that does what `lost` did in `item`; the first if there is none. An item
 * without controls takes the focus itself.
 * @param {HTMLElement} root
 * @param {Node} item
 * @param {HTMLElement} lost
 */
function twin(root, item, lost) {
  if (!root.checkVisibility()) return undefined
  const mine = controls(root)
  const { part } = lost.dataset
  const all = item instanceof Element ? queryAll(CONTROLS, item) : []
  const index = queryAll(CONTROLS, root)[all.indexOf(lost)]
  const by_part = part && mine.find((one) => one.dataset.part === part)
  const by_place = index && mine.includes(index) ? index : undefined
  return by_part || by_place || mine[0] || (root.id && "seen" in root.dataset ? root : undefined)
}

/**
 * The nearest control before `lost` in what holds both, or else the last one there.
 * @param {Node} start
 * @param {HTMLElement} lost
 */
function nearby(start, lost) {
  const first = start instanceof Element ? start.closest(HOLDERS) : null
  for (let holder = first; holder; holder = holder.parentElement?.closest(HOLDERS) ?? null) {
    const left = controls(holder)
    const found = left.findLast((one) => isBefore(one, lost)) ?? left.at(-1)
    if (found) return found
  }
  return undefined
}

/** @param {Node} node */
function headingBefore(node) {
  const headings = queryAll("h1, h2, h3").filter((one) => one.checkVisibility())
  return headings.findLast((one) => isBefore(one, node)) ?? headings[0]
}

/**
 * @param {Node} one
 * @param {Node} other
 */
function isBefore(one, other) {
  return Boolean(one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING)
}

/** @param {Element} root */
function controls(root) {
  return queryAll(CONTROLS, root).filter((one) => one.tabIndex >= 0 && isUsable(one))
}

/** @param {Element} element */
function isUsable(element) {
  const is_shown = element.checkVisibility({ visibilityProperty: true })
  return element.isConnected && is_shown && !element.matches(":disabled")
}

document.addEventListener("focusin", onFocus)
document.addEventListener("focusout", checkSoon)
new MutationObserver(onChange).observe(document.body, {
  childList: true,
  subtree: true,
  attributes: true,
})
if (document.activeElement instanceof HTMLElement) current = document.activeElement
