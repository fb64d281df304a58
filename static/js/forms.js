// Turns the forms of the cart into ops. Without JavaScript the server receives the same forms.

/** @import { CartFormDeps, Op } from "./types.d.ts" */

import { withoutPrefix } from "./i18n.js"
import { MAX_QTY } from "./pending.js"
import { isField, typed } from "./views/dom.js"

/** Fields whose value becomes an op when they are left. */
const FIELDS = '.qty, [name="text"]'

/**
 * The op of each form by its action, and the fields that are part of it.
 * @type {Record<string, [Op["k"], ...string[]]>}
 */
const FORMS = {
  "/cart/add": ["line.add", "sku", "qty", "seen"],
  "/cart/set": ["line.set", "sku", "qty", "seen"],
  "/cart/save": ["line.save", "sku"],
  "/cart/unsave": ["line.unsave", "sku"],
  "/cart/discard": ["line.discard", "sku"],
  "/cart/accept": ["line.accept", "sku", "price"],
  "/cart/note": ["note.set", "text"],
  "/cart/voucher": ["voucher.set", "code"],
  "/cart/undo": ["undo", "rev"],
  "/cart/suggest": ["line.suggest", "sku", "qty", "seen"],
  "/cart/suggestion/accept": ["suggestion.accept", "sku", "seen"],
  "/cart/suggestion/decline": ["suggestion.decline", "sku"],
}

/**
 * Return the op of a form that is sent to `path`, or null if it has none.
 * @param {string} path
 * @param {Pick<FormData, "get">} fields
 */
export function opOf(path, fields) {
  const [k, ...names] = FORMS[withoutPrefix(path)] ?? []
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
 * Return the quantity that was typed, at most 99; null if it is none.
 * @param {string} typed
 */
export function typedQty(typed) {
  return /^\s*\d+\s*$/.test(typed) ? Math.min(Number(typed), MAX_QTY) : null
}

/**
 * Call `submit` with the op of each form, changed field and undo key. While `isLive` returns false,
 * the browser sends the forms itself. Return a function that submits what is typed in fields which
 * were not left yet.
 * @param {CartFormDeps} deps
 */
export function onCartForm({ submit, isLive, findLine, announceQty }) {
  /**
   * Return whether the value of `field` can be submitted; if not, it is put back.
   * @param {HTMLInputElement} field
   */
  const accept = (field) => {
    if (field.name !== "qty") return true
    const sku = `${new FormData(field.form ?? undefined).get("sku")}`
    const line = findLine(sku)
    const qty = typedQty(field.value)
    // Later, so that it replaces what is said of the quantity that is submitted now.
    if (qty === null || qty < Number(field.value)) queueMicrotask(() => announceQty(line, qty, sku))
    field.value = `${qty ?? line?.qty ?? 0}`
    return qty !== null
  }

  /** @param {HTMLInputElement} field */
  const submitField = (field) => {
    if (field.validity.customError) return
    typed.delete(field)
    const { form } = field
    const op = form && accept(field) && opOf(form.getAttribute("action") ?? "", new FormData(form))
    if (op) submit(op)
  }

  /** @param {HTMLInputElement} field */
  const onTyped = (field) => {
    if (isLive()) submitField(field)
    else if (typed.delete(field) && accept(field)) field.form?.requestSubmit()
  }

  const flush = () => {
    for (const field of typed) submitField(field)
  }

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
  document.addEventListener("input", ({ target }) => {
    const field = /** @type {HTMLInputElement} */ (target)
    if (field.matches(FIELDS)) typed.add(field)
  })
  document.addEventListener("change", ({ target }) => {
    const field = /** @type {HTMLInputElement} */ (target)
    if (field.matches(FIELDS)) onTyped(field)
  })
  // Enter in a field with a wrong value: the browser would explain it, and keep the value.
  document.addEventListener(
    "invalid",
    (event) => {
      const field = /** @type {HTMLInputElement} */ (event.target)
      if (!field.matches(".qty")) return
      event.preventDefault()
      onTyped(field)
    },
    true,
  )
  // A press elsewhere may leave the page before the field loses the focus.
  for (const type of ["pointerdown", "click", "submit"]) {
    document.addEventListener(
      type,
      ({ target }) => {
        if (!typed.has(/** @type {HTMLInputElement} */ (target)) && isLive()) flush()
      },
      true,
    )
  }
  document.addEventListener("keydown", (event) => {
    const is_undo = event.key === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey
    if (!is_undo || isField(event.target) || !isLive()) return
    event.preventDefault()
    submit({ k: "undo" })
  })
  return flush
}
