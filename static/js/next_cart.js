// Which cart the next page shows: that of the tab which opens it, whatever was chosen in another tab.
// And the end of a cart for this page, which is not, or no longer, shared with the account: the next
// page shows the own cart, and says what of the other one was not saved. It is loaded where the cart
// of somebody else was chosen, in this tab or in another.

/** @import { Claims } from "./claims.js" */
/** @import { Tab } from "./tab.js" */
/** @import { Op } from "./types.d.ts" */

import { assertively } from "./announcements.js"
import { _, joined, LOCALE, PREFIX, withoutPrefix } from "./i18n.js"
import { recall, remember } from "./kept_texts.js"
import { isSet, keepSetting } from "./settings.js"
import { shownCart } from "./shown_cart.js"
import { findProduct } from "./views/cards.js"
import { ask } from "./views/questions.js"

/** What was not saved, in words, for the page that comes next. */
const ENDED = "cart ended"

let next_cart = shownCart()

/** Choose the cart of this tab for the next page. */
function choose() {
  if (!isSet("cart", next_cart)) keepSetting("cart", next_cart)
}

/**
 * Leave the page for one of the own cart. What waits is sent no more, neither here nor there.
 * @param {Tab} tab
 * @param {Claims} claims
 */
export async function leaveCart(tab, claims) {
  const names = new Set(tab.unsaved.map(({ op }) => nameOf(op, tab)))
  remember(ENDED, JSON.stringify([...names]))
  next_cart = ""
  choose()
  await claims.drop()
  // Nobody is to order another cart than the one that was on the page.
  if (withoutPrefix(location.pathname) === "/checkout") location.replace(`${PREFIX}/cart`)
  else location.replace(location.pathname + location.search)
}

/** Say that this is the own cart, why, and what of the other one was not saved. */
function tellEnd() {
  const names = JSON.parse(recall(ENDED) ?? "[]")
  remember(ENDED, "")
  const said = _("That cart is no longer shared with you. This one is your own.")
  const listed = new Intl.ListFormat(LOCALE).format(names)
  const text = listed ? joined(said, _("Perhaps not saved: %(names)s.", { names: listed })) : said
  assertively(text)
  ask(text, { [_("OK")]: () => {} })
}

/**
 * @param {Op} op
 * @param {Pick<Tab, "cart">} tab
 */
function nameOf(op, { cart }) {
  if (op.k === "note.set") return _("the note")
  if (op.k === "voucher.set") return _("the voucher")
  if (op.k === "undo") return _("an undo")
  const { lines, saved, suggested } = cart
  const known = lines.get(op.sku) ?? saved.get(op.sku) ?? suggested.get(op.sku)
  return (known ?? findProduct(op.sku))?.name ?? _("This product")
}

for (const type of ["pointerdown", "keydown"]) document.addEventListener(type, choose, true)
addEventListener("beforeunload", choose)
// Tabs that were there before hear of it by this.
new BroadcastChannel("shop").postMessage("cart chosen")
if (recall(ENDED)) tellEnd()
