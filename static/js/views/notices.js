// What passes by: messages over the page, and "Removed … · Undo" where a row was.

import { copy, set, the } from "./dom.js"

const STAYS_MS = 8000

/**
 * Say `text` for some seconds, longer while somebody looks at it.
 * @param {string} text
 */
export function notice(text) {
  const item = copy("#notice")
  set(item, "text", { textContent: text })
  the("#notices").append(item)
  passBy(item)
}

/**
 * Ask a question that stays until it is answered.
 * @param {string} text
 * @param {Record<string, () => void>} answers  What follows on each button.
 */
export function question(text, answers) {
  const item = copy("#notice")
  set(item, "text", { textContent: text })
  for (const [label, act] of Object.entries(answers)) {
    item.append(
      button(label, () => {
        item.remove()
        act()
      }),
    )
  }
  the("#notices").append(item)
}

/**
 * Leave "Removed … · Undo" in place of `row`, or over the page where the row cannot be seen.
 * @param {HTMLElement | null} row
 * @param {string} sku
 * @param {string} name
 */
export function leaveRemoved(row, sku, name) {
  const item = copy("#removed")
  item.dataset.removed = sku
  set(item, "text", { textContent: `Removed ${name}` })
  item.addEventListener("submit", () => queueMicrotask(() => item.remove()))
  const is_seen = row?.checkVisibility() ?? false
  const had_focus = is_seen && row?.contains(document.activeElement)
  if (is_seen) row?.after(item)
  else the("#notices").append(item)
  if (had_focus) the("button", item).focus()
  passBy(item)
}

/**
 * Tell the "Undo" of `sku` which revision it takes back.
 * @param {string} sku
 * @param {number} rev
 */
export function setRevision(sku, rev) {
  for (const item of removed(sku)) set(item, "rev", { value: String(rev) })
}

/**
 * Take away "Removed …" of what is in the cart again.
 * @param {(sku: string) => boolean} is_held
 */
export function clearRemoved(is_held) {
  for (const item of removed()) if (is_held(item.dataset.removed ?? "")) item.remove()
}

/**
 * @param {string} [sku]
 * @returns {HTMLElement[]}
 */
function removed(sku) {
  const all = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-removed]")])
  return sku === undefined ? all : all.filter((item) => item.dataset.removed === sku)
}

/** @param {HTMLElement} item */
function passBy(item) {
  let timer = 0
  const wait = () => {
    clearTimeout(timer)
    timer = setTimeout(() => goUnlessLookedAt(item, wait), STAYS_MS)
  }
  wait()
}

/**
 * @param {HTMLElement} item
 * @param {() => void} wait
 */
function goUnlessLookedAt(item, wait) {
  if (item.matches(":hover, :focus-within")) wait()
  else item.remove()
}

/**
 * @param {string} label
 * @param {() => void} act
 */
function button(label, act) {
  const element = document.createElement("button")
  element.type = "button"
  element.className = "link"
  element.textContent = label
  element.addEventListener("click", act)
  return element
}
