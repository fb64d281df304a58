// What the shopper does: forms, fields and keys become ops.

/** @import { Op } from "./protocol.js" */

import { opOf } from "./forms.js"
import { isField } from "./views/dom.js"

/**
 * Hand every wish that the page can express to `ask`; where that is not live, forms go their way.
 * @param {(op: Op) => void} ask
 * @param {() => boolean} is_live
 */
export function onWish(ask, is_live) {
  document.addEventListener("submit", (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target)
    const { submitter } = event
    const path = submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? ""
    const op = opOf(path, new FormData(form, submitter))
    if (!op || !is_live()) return
    event.preventDefault()
    if (op.k === "voucher.set") form.reset()
    ask(op)
  })
  document.addEventListener("change", ({ target }) => {
    const is_wish = target instanceof Element && target.matches('[name="qty"], [name="text"]')
    const field = /** @type {HTMLInputElement | HTMLTextAreaElement} */ (target)
    if (is_wish && field.reportValidity()) field.form?.requestSubmit()
  })
  document.addEventListener("keydown", (event) => {
    if (!isUndo(event) || !is_live()) return
    event.preventDefault()
    ask({ k: "undo" })
  })
}

/** @param {KeyboardEvent} event */
function isUndo({ key, ctrlKey, metaKey, shiftKey, target }) {
  const is_typing = target instanceof Element && isField(target)
  return key === "z" && (ctrlKey || metaKey) && !shiftKey && !is_typing
}
