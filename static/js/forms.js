// Turns the forms of the cart into ops. Without JavaScript the server receives the same forms.

/** @import { Op } from "./types.d.ts" */

import { isField } from "./views/dom.js"

/**
 * The op of each form by its action, and the fields that are part of it.
 * @type {Record<string, [Op["k"], ...string[]]>}
 */
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
 * Return the op of a form that is sent to `path`, or null if it has none.
 * @param {string} path
 * @param {Pick<FormData, "get">} fields
 */
export function opOf(path, fields) {
  const [k, ...names] = FORMS[path] ?? []
  if (!k) return null
  const values = names.map((name) => [name, parsed(name, String(fields.get(name) ?? ""))])
  const filled = values.filter(([, value]) => value !== undefined)
  return /** @type {Op} */ ({ k, ...Object.fromEntries(filled) })
}

/**
 * Return the value of a field as it stands in an op. Lines of text end in LF; other control
 * characters are removed.
 * @param {string} name
 * @param {string} typed
 */
function parsed(name, typed) {
  const text = typed.replace(/\r\n?/g, "\n").replace(/(?![\n\t])\p{Cc}/gu, "")
  if (name === "code") return text.trim() || null
  if (name === "sku" || name === "text") return text
  return text ? Number(text) : undefined
}

/**
 * Call `submit` with the op of each form, changed field and undo key. While `isLive` returns false,
 * the browser sends the forms itself.
 * @param {(op: Op) => void} submit
 * @param {() => boolean} isLive
 */
export function onCartForm(submit, isLive) {
  document.addEventListener("submit", (event) => {
    const { submitter, target } = event
    const form = /** @type {HTMLFormElement} */ (target)
    const path = submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? ""
    const op = opOf(path, new FormData(form, submitter))
    if (!op || !isLive()) return
    event.preventDefault()
    if (op.k === "voucher.set") form.reset()
    submit(op)
  })
  document.addEventListener("change", ({ target }) => {
    const field = /** @type {HTMLInputElement} */ (target)
    const is_cart_field = field.matches('[name="qty"], [name="text"]')
    if (is_cart_field && field.reportValidity()) field.form?.requestSubmit()
  })
  document.addEventListener("keydown", (event) => {
    const is_undo = event.key === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey
    if (!is_undo || isField(event.target) || !isLive()) return
    event.preventDefault()
    submit({ k: "undo" })
  })
}
