// A cart that is shared: who put a line there, who looks at it, what others do, and what the reader
// may do. It is loaded when the server says that the cart is shared.

/** @import { DisplayedCart, Household, HouseholdView, Line, Op } from "./types.d.ts" */

import { announce, assertively, politely } from "./announcements.js"
import {
  authorText,
  changeText,
  headText,
  namesText,
  orderText,
  ownText,
  presenceText,
  roleText,
  sharedText,
} from "./household_texts.js"
import { _ } from "./i18n.js"
import { recall, remember } from "./kept_texts.js"
import { MAX_QTY, UNPLACED } from "./pending.js"
import { People } from "./people.js"
import { createToast, placeToast, removeLater, removeToast } from "./toasts.js"
import { highlight } from "./views/cart.js"
import { queryAll, setParts, setProperty } from "./views/dom.js"
import { ask } from "./views/questions.js"

/** An order that somebody else placed, for the page that comes next. */
const ORDERED = "ordered by another"
const ORDERED_MS = 60_000

let people = /** @type {People | null} */ (null)
/** Who made the revisions that this page offers to undo. */
const undoable = /** @type {Map<number, string>} */ (new Map())

/**
 * Take over who shares the cart and who looks at it, and show that.
 * @param {Household} household
 * @param {string} account  Of the reader.
 */
export function setHousehold(household, account) {
  const before = people
  people = new People(household, account)
  const { role, owner, others, may_save } = people
  const { body } = document
  if (role) body.dataset.role = role
  else delete body.dataset.role
  body.toggleAttribute("data-no-saved", !may_save)
  if (owner) setParts(document, "textContent", { "cart-head": headText(owner) })
  const texts = {
    household: owner ? "" : sharedText(others.map(({ name }) => name)),
    presence: presenceText(others),
  }
  setParts(document, "textContent", texts)
  setParts(document, "hidden", { household: !texts.household, presence: !texts.presence })
  labelCards()
  if (before && role && role !== before.role) announce(roleText(role), "role")
  if (!before) tellEarlierOrder()
}

/**
 * Show who put each line there, and what the reader may do.
 * @param {DisplayedCart} displayed
 */
export function showPeople({ lines, saved, suggested }) {
  for (const [rows, list] of Object.entries({ lines, saved, suggested })) {
    const by_sku = new Map(list.map((line) => [line.sku, line]))
    for (const row of queryAll(`[data-rows="${rows}"] > [data-sku]`)) {
      const line = by_sku.get(row.dataset.sku ?? "")
      if (line) showAuthor(row, line, rows === "suggested")
    }
  }
}

/** Have the buttons of the cards say what they do. */
function labelCards() {
  const may_suggest = people?.role === "suggest"
  setParts(document, "textContent", { "add-label": may_suggest ? _("Suggest") : _("Add") })
  for (const button of queryAll("[data-card] [data-part=add]")) {
    const { name = "", unit = "" } =
      /** @type {HTMLElement | null} */ (button.closest("[data-card]"))?.dataset ?? {}
    const label = may_suggest
      ? _("Suggest %(name)s, %(unit)s", { name, unit })
      : _("Add %(name)s, %(unit)s", { name, unit })
    setProperty(button, "aria-label", label)
  }
}

/**
 * @param {HTMLElement} row
 * @param {Line} line
 * @param {boolean} is_suggestion
 */
function showAuthor(row, { by, pos }, is_suggestion) {
  if (!people) return
  // What waits here for its verdict is the reader's.
  const is_own = pos === UNPLACED || people.isReader(by)
  const is_shared = people.others.length > 0
  const text = is_shared ? authorText(is_own ? null : people.nameOf(by), is_suggestion) : ""
  const may_change = people.role !== "suggest"
  setParts(row, "textContent", { by: text })
  setParts(row, "readOnly", { qty: !may_change })
  setParts(row, "hidden", {
    by: !text,
    "accept-suggestion": !may_change,
    decline: !may_change,
    "take-back": may_change || !is_own,
  })
}

/**
 * Return `op` as the reader may do it: who may only suggest, suggests what others add. The role may
 * be another than when the page was made.
 * @param {Op} op
 * @param {DisplayedCart} displayed
 * @returns {Op}
 */
export function byRole(op, { suggested }) {
  const is_new = op.k === "line.add" || (op.k === "line.suggest" && op.qty > 0)
  if (!is_new) return op
  // The button of a page for those who suggest says how many are suggested then.
  const more = op.k === "line.add" ? op.qty : 1
  if (people?.role !== "suggest") return { ...op, k: "line.add", qty: more }
  const before = suggested.find((line) => line.sku === op.sku)?.qty ?? 0
  return { ...op, k: "line.suggest", qty: Math.min(before + more, MAX_QTY) }
}

/** @type {HouseholdView["tellOthers"]} */
export function tellOthers(patch, before, cart, isOwn) {
  const foreign = people?.othersIn(patch)
  if (!people || !foreign) return false
  const { names, newest, rev, count } = foreign
  const who = namesText(names)
  if (newest.k === "order") {
    tellOrder(orderText(who))
    return true
  }
  for (const sku of Object.keys(patch.lines)) {
    if (!isOwn(sku) && before.lines.get(sku)?.qty !== cart.lines.get(sku)?.qty) highlight(sku)
  }
  const text = changeText(who, patch, newest.k, before, cart, isOwn)
  const may_undo = count === 1 && people.role !== "suggest" && !UNDONE_OTHERWISE.has(newest.k)
  if (text && may_undo) offerUndo(text, who, rev)
  else if (text) announce(text, who)
  return true
}

/** What is taken back in another way, or not at all. */
const UNDONE_OTHERWISE = new Set(["undo", "line.suggest"])

/**
 * Say what somebody else did, with a button that takes it back.
 * @param {string} text
 * @param {string} who
 * @param {number} rev
 */
function offerUndo(text, who, rev) {
  undoable.set(rev, who)
  politely(text, who)
  const toast = createToast("removed", text)
  toast.dataset.key = who
  setParts(toast, "value", { rev: `${rev}` })
  toast.addEventListener("submit", () => queueMicrotask(() => removeToast(toast)))
  placeToast(toast)
  removeLater(toast)
}

/** @param {string} text */
function tellOrder(text) {
  remember(ORDERED, JSON.stringify({ text, at: Date.now() }))
  assertively(text)
  ask(text, { [_("OK")]: () => remember(ORDERED, "") })
}

/** Somebody else ordered while the reader left the page, or was about to order as well. */
function tellEarlierOrder() {
  const { text, at } = JSON.parse(recall(ORDERED) || "{}")
  remember(ORDERED, "")
  if (text && Date.now() - at < ORDERED_MS) ask(text, { [_("OK")]: () => {} })
}

/** @type {HouseholdView["doneText"]} */
export function doneText(op, cart) {
  const who = op.k === "undo" && op.rev ? undoable.get(op.rev) : undefined
  return who ? _("Undone: what %(who)s changed.", { who }) : ownText(op, cart)
}
