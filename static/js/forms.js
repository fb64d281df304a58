// What the shopper does becomes an op. Without JavaScript the shop reads the same forms.

/** @import { Op } from "./types.d.ts" */

import { isField } from "./views/dom.js"

/** @type {Record<string, [Op["k"], ...string[]]>} */
const FORMS = {
  "/cart/add": ["line.add", "sku", "qty", "seen"],
  "/cart/set": ["line.set", "sku", "qty", "seen"],
  "/cart/save": ["line.save", "sku"],
  "/cart/unsave": ["line.unsave", "sku"],
  "/cart/accept": ["line.accept", "sku", "price"],
  "/cart/note": ["note.set", "text"],
  "/cart/voucher": ["voucher.set", "code"],
  "/cart/undo": ["undo", "rev"],
}

/**
 * Return the op that a form sent to `path` asks for, or null if it asks for none.
 * @param {string} path
 * @param {Pick<FormData, "get">} fields
 */
export function opOf(path, fields) {
  const [k, ...names] = FORMS[path] ?? []
  if (!k) return null
  const values = names.map((name) => [name, asTyped(name, String(fields.get(name) ?? ""))])
  const filled = values.filter(([, value]) => value !== undefined)
  return /** @type {Op} */ ({ k, ...Object.fromEntries(filled) })
}

/**
 * Lines end in LF; other control characters nobody typed on purpose.
 * @param {string} name
 * @param {string} typed
 */
function asTyped(name, typed) {
  const text = typed.replace(/\r\n?/g, "\n").replace(/(?![\n\t])\p{Cc}/gu, "")
  if (name === "code") return text.trim() || null
  if (name === "sku" || name === "text") return text
  return text ? Number(text) : undefined
}

/**
 * Hand what the shopper wishes to `ask`; while `isLive` is false, forms go their own way.
 * @param {(op: Op) => void} ask
 * @param {() => boolean} isLive
 */
export function onWish(ask, isLive) {
  document.addEventListener("submit", (event) => {
    const { submitter, target } = event
    const form = /** @type {HTMLFormElement} */ (target)
    const path = submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? ""
    const op = opOf(path, new FormData(form, submitter))
    if (!op || !isLive()) return
    event.preventDefault()
    if (op.k === "voucher.set") form.reset()
    ask(op)
  })
  document.addEventListener("change", ({ target }) => {
    const field = /** @type {HTMLInputElement} */ (target)
    const is_wish = field.matches('[name="qty"], [name="text"]')
    if (is_wish && field.reportValidity()) field.form?.requestSubmit()
  })
  document.addEventListener("keydown", (event) => {
    const is_undo = event.key === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey
    if (!is_undo || isField(event.target) || !isLive()) return
    event.preventDefault()
    ask({ k: "undo" })
  })
}
