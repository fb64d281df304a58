// What the shopper is told, over the page and aloud, of what was asked for and of the news.

/** @import { Tab } from "./tab.js" */
/** @import { Cart, Line, News, Op, Warn } from "./types.d.ts" */

import { clamped, moved } from "./strings.js"
import { notice, setRevision, voice } from "./toasts.js"
import { tint } from "./views/cart.js"
import { every, isField, the } from "./views/dom.js"

const politely = voice(the("#polite"), setTimeout)
const urgently = voice(the("#assertive"), setTimeout)

/** @param {string} text */
export function say(text) {
  notice(text)
  politely(text)
}

/**
 * What the shopper made of a line.
 * @param {Line | undefined} before
 * @param {Line | undefined} line
 */
export function tellWish(before, line) {
  if (line) politely(`${line.name}: ${line.qty} in your cart.`, line.sku)
  else if (before) politely(`Removed ${before.name}.`, before.sku)
}

/**
 * What the shop says to that, and what it and other tabs did.
 * @param {News} news
 * @param {Cart} before
 * @param {Tab} tab  It has taken the news in.
 * @param {Op} [op]
 */
export function tell(news, before, { id, cart }, op) {
  if (news.t === "no" && "text" in news) say(news.text)
  if (news.t === "ok") {
    if (news.warn) answerField(news.warn)
    if (op?.k === "undo") politely("Taken back.")
    if (op?.k === "line.set" && !op.qty) setRevision(op.sku, news.rev)
  }
  if (news.t === "prices") tellLines(before, cart, false)
  if (news.t === "patch") tellLines(before, cart, news.by.tab !== id)
}

/**
 * Less than was asked for: say so, and put it where that was typed.
 * @param {Warn} warn
 */
function answerField(warn) {
  const { asked, got } = warn
  const field = document.activeElement
  if (isField(field) && field.closest(`[data-sku="${warn.sku}"]`) && field.value === `${asked}`)
    field.value = `${got}`
  say(clamped(warn))
}

/**
 * What the shop and other tabs did to the lines.
 * @param {Cart} before
 * @param {Cart} cart
 * @param {boolean} is_foreign
 */
function tellLines(before, cart, is_foreign) {
  for (const { sku, name } of [...before.lines.values(), ...cart.lines.values()]) {
    const old = before.lines.get(sku)
    const line = cart.lines.get(sku)
    const text = moved(line, old)
    if (text) urgently(text, sku)
    if (text && !every("[data-rows]").some((list) => list.checkVisibility())) notice(text, sku)
    if (!is_foreign || line?.qty === old?.qty) continue
    politely(`${name} changed in another tab.`, sku)
    tint(sku)
  }
}
