// What is typed on a page and is in no op yet is kept for this tab until it was sent: a voucher code,
// an address, a name, a new product. It outlives reloads, a lost connection, and signing in again.

import { withoutPrefix } from "./i18n.js"
import { DRAFTS, recall, remember } from "./kept_texts.js"

/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Field */
/**
 * What a field has, what it had before, and the path of the page that sent it; empty before.
 * @typedef {{ value: string | boolean, over: string | boolean, sent_from: string }} Draft
 */

/** Quantities and notes become ops. */
const NOT_KEPT = '[type="hidden"], [type="password"], [type="file"], .qty, [name="text"]'
const REFUSED = "main :is(.problem-status, .error, [aria-invalid=true])"

function findFields() {
  const fields = /** @type {NodeListOf<Field>} */ (
    document.querySelectorAll("main :is(input, select, textarea)")
  )
  return [...fields].filter((field) => field.form?.method === "post" && !field.matches(NOT_KEPT))
}

/**
 * Return the name of a field; that of a voucher code is the same on all pages of a cart,
 * and each in all languages.
 * @param {Field} field
 */
function nameOf({ form, type, name, value, id }) {
  const choice = type === "radio" ? ` ${value}` : ""
  const action = withoutPrefix(form?.getAttribute("action") ?? "")
  return id === "voucher-code"
    ? name + (document.body.dataset.cart ?? "")
    : `${action} ${name}${choice}`
}

/** @param {Field} field */
function isChoice(field) {
  return field instanceof HTMLInputElement && ["radio", "checkbox"].includes(field.type)
}

/** @param {Field} field */
function contentOf(field) {
  return isChoice(field) ? /** @type {HTMLInputElement} */ (field).checked : field.value
}

/** What each field had as the page came. */
const given = new Map(findFields().map((field) => [nameOf(field), contentOf(field)]))

/**
 * Return what is typed over; an item of a live list may be newer than its page.
 * @param {Field} field
 */
function overOf(field) {
  if (field instanceof HTMLInputElement && field.closest("[data-live]")) return field.defaultValue
  return given.get(nameOf(field)) ?? ""
}

/** @returns {Record<string, Draft>} */
function stored() {
  return JSON.parse(recall(DRAFTS) || "{}")
}

/** @param {Record<string, Draft>} drafts */
function store(drafts) {
  remember(DRAFTS, Object.keys(drafts).length ? JSON.stringify(drafts) : "")
}

function keepDrafts() {
  const drafts = stored()
  for (const field of findFields()) {
    const name = nameOf(field)
    const value = contentOf(field)
    const over = overOf(field)
    if (value !== over) drafts[name] = { value, over, sent_from: "" }
    else delete drafts[name]
  }
  store(drafts)
}

/** @param {SubmitEvent} event */
function markSent({ target, defaultPrevented }) {
  const drafts = stored()
  for (const field of defaultPrevented ? [] : findFields()) {
    const draft = drafts[nameOf(field)]
    if (draft && field.form === target) draft.sent_from = location.pathname
  }
  store(drafts)
}

/**
 * Forget what was sent by the page before: this page is the answer to it. What was refused is still
 * to be sent, also where the server has filled it in. The sign-in page in between is no answer.
 */
function forgetAnswered() {
  const before = document.referrer && new URL(document.referrer).pathname
  const is_refused = document.querySelector(REFUSED)
  const drafts = stored()
  for (const [name, { over, sent_from }] of Object.entries(drafts)) {
    if (sent_from !== before || !before) continue
    if (is_refused) given.set(name, over)
    else delete drafts[name]
  }
  store(drafts)
}

/** Fill in what is still to be sent, where the field has what was typed over. */
function fillIn() {
  const drafts = stored()
  for (const field of findFields()) {
    const draft = drafts[nameOf(field)]
    if (!draft || draft.over !== overOf(field)) continue
    if (isChoice(field)) /** @type {HTMLInputElement} */ (field).checked = draft.value === true
    else field.value = `${draft.value}`
    field.closest("details")?.setAttribute("open", "")
  }
}

forgetAnswered()
fillIn()
document.addEventListener("input", keepDrafts)
document.addEventListener("change", keepDrafts)
document.addEventListener("reset", () => queueMicrotask(keepDrafts))
document.addEventListener("submit", markSent)
