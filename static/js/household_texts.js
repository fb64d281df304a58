// The texts of a cart that is shared.

/** @import { Cart, Device, Line, Op, Patch } from "./types.d.ts" */

import { _, joined, LOCALE, ngettext } from "./i18n.js"

/** @param {string[]} names  Empty for those who have left. */
export function namesText(names) {
  const known = names.map((name) => name || _("Somebody"))
  return new Intl.ListFormat(LOCALE).format(known)
}

/** @param {string} owner */
export function headText(owner) {
  return _("The cart of %(name)s", { name: owner })
}

/**
 * Say with whom the own cart is shared.
 * @param {string[]} others
 */
export function sharedText(others) {
  return others.length ? _("Shared with %(names)s", { names: namesText(others) }) : ""
}

/**
 * Say who is looking at the cart.
 * @param {{ name: string, here: Set<Device> }[]} others
 */
export function presenceText(others) {
  const looking = others.filter(({ here }) => here.size)
  return looking.length ? joined(...looking.map(({ name, here }) => lookingText(name, here))) : ""
}

/**
 * @param {string} name
 * @param {Set<Device>} here
 */
function lookingText(name, here) {
  if (here.size > 1) return _("%(name)s is looking, on several devices.", { name })
  if (here.has("phone")) return _("%(name)s is looking, on a phone.", { name })
  if (here.has("tablet")) return _("%(name)s is looking, on a tablet.", { name })
  return _("%(name)s is looking, on a computer.", { name })
}

/**
 * Say who put a line there.
 * @param {string | null} name  Null for the reader.
 * @param {boolean} is_suggestion
 */
export function authorText(name, is_suggestion) {
  if (name === null) return is_suggestion ? _("Suggested by you") : _("Added by you")
  const who = namesText([name])
  return is_suggestion ? _("Suggested by %(who)s", { who }) : _("Added by %(who)s", { who })
}

/** @param {"edit" | "suggest"} role */
export function roleText(role) {
  if (role === "edit") return _("You may change this cart now.")
  return _("You may only suggest in this cart now.")
}

/** @param {string} who */
export function orderText(who) {
  return _("%(who)s placed an order with what was in this cart.", { who })
}

/**
 * Say what others changed; empty if it was nothing that the page shows.
 * @param {string} who
 * @param {Patch} patch
 * @param {string} kind  Of the newest of the changes.
 * @param {Cart} before
 * @param {Cart} cart
 * @param {(sku: string) => boolean} isOwn  The reader changed this line as well.
 */
export function changeText(who, patch, kind, before, cart, isOwn) {
  const lines = Object.keys(patch.lines).filter((sku) => !isOwn(sku))
  const texts = lines.flatMap((sku) => lineText(who, sku, before, cart))
  const suggested = Object.keys(patch.suggested ?? {}).filter((sku) => !lines.includes(sku))
  for (const sku of suggested) {
    texts.push(...suggestionText(who, kind, before.suggested.get(sku), cart.suggested.get(sku)))
  }
  if (patch.note !== undefined) texts.push(_("%(who)s changed the note.", { who }))
  if (kind === "voucher.set") texts.push(_("%(who)s changed the voucher.", { who }))
  if (texts.length < 2) return texts[0] ?? ""
  return ngettext("%(who)s made %(num)s change.", "%(who)s made %(num)s changes.", texts.length, {
    who,
  })
}

/**
 * @param {string} who
 * @param {string} sku
 * @param {Cart} before
 * @param {Cart} cart
 */
function lineText(who, sku, before, cart) {
  const old = before.lines.get(sku)
  const line = cart.lines.get(sku)
  const { name = "" } = line ?? old ?? {}
  if (old?.qty === line?.qty) return []
  if (old && line) {
    return [_("%(who)s changed %(name)s to %(qty)s.", { who, name, qty: line.qty })]
  }
  if (line && before.suggested.has(sku) && !cart.suggested.has(sku)) {
    return [_("%(who)s accepted %(name)s.", { who, name })]
  }
  if (line) return [_("%(who)s added %(name)s.", { who, name })]
  if (cart.saved.has(sku) && !before.saved.has(sku)) {
    return [_("%(who)s saved %(name)s for later.", { who, name })]
  }
  return [_("%(who)s removed %(name)s.", { who, name })]
}

/**
 * @param {string} who
 * @param {string} kind
 * @param {Line} [old]
 * @param {Line} [line]
 */
function suggestionText(who, kind, old, line) {
  if (line && line.qty !== old?.qty)
    return [_("%(who)s suggests %(name)s.", { who, name: line.name })]
  if (line || !old) return []
  const { name } = old
  if (kind === "suggestion.decline") return [_("%(who)s declined %(name)s.", { who, name })]
  return [_("%(who)s no longer suggests %(name)s.", { who, name })]
}

/**
 * Say what an own op did; undefined where that is not said of shared carts only.
 * @param {Op} op
 * @param {Pick<Cart, "lines" | "suggested">} cart  After it.
 */
export function ownText(op, { lines, suggested }) {
  const name = ("sku" in op && (suggested.get(op.sku) ?? lines.get(op.sku))?.name) || ""
  if (op.k === "line.suggest" && op.qty) return _("You suggest %(name)s.", { name })
  if (op.k === "line.suggest") return _("Your suggestion is taken back.")
  if (op.k === "suggestion.accept") return _("%(name)s is in the cart now.", { name })
  return op.k === "suggestion.decline" ? _("The suggestion is declined.") : undefined
}
