// What the shopper does becomes an op: forms, fields and keys. Without JavaScript the shop reads
// the same forms.

/** @import { Op } from "./types.d.ts" */

import { isField } from "./views/dom.js"

/**
 * Return the op that a form sent to `path` asks for, or null if it asks for none.
 * @param {string} path
 * @param {Pick<FormData, "get">} fields
 * @returns {Op | null}
 */
export function opOf(path, fields) {
  const text = (/** @type {string} */ name) => plain(String(fields.get(name) ?? ""))
  const whole = (/** @type {string} */ name) => Number.parseInt(text(name), 10)
  const sku = text("sku")
  const seen = whole("seen") > 0 ? { seen: whole("seen") } : {}
  switch (path) {
    case "/cart/add":
      return { k: "line.add", sku, qty: whole("qty"), ...seen }
    case "/cart/set":
      return { k: "line.set", sku, qty: whole("qty"), ...seen }
    case "/cart/save":
      return { k: "line.save", sku }
    case "/cart/unsave":
      return { k: "line.unsave", sku }
    case "/cart/accept":
      return { k: "line.accept", sku, price: whole("price") }
    case "/cart/note":
      return { k: "note.set", text: text("text") }
    case "/cart/voucher":
      return { k: "voucher.set", code: text("code").trim() || null }
    case "/cart/undo":
      return { k: "undo", ...(whole("rev") > 0 ? { rev: whole("rev") } : {}) }
    default:
      return null
  }
}

/**
 * Hand every wish that the page can express to `ask`; while `isLive` is false, forms go their way.
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
    if (field.matches('[name="qty"], [name="text"]') && field.reportValidity()) {
      field.form?.requestSubmit()
    }
  })
  document.addEventListener("keydown", (event) => {
    const { key, ctrlKey, metaKey, shiftKey, target } = event
    const is_undo = key === "z" && (ctrlKey || metaKey) && !shiftKey && !isField(target)
    if (!is_undo || !isLive()) return
    event.preventDefault()
    ask({ k: "undo" })
  })
}

/**
 * Lines end in LF, and other control characters are left out: nobody typed them on purpose.
 * @param {string} text
 */
function plain(text) {
  return text.replace(/\r\n?/g, "\n").replace(/(?![\n\t])\p{Cc}/gu, "")
}
