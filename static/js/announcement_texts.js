// The texts of announcements: what the customer's own edits did, and what the shop changed.

/** @import { Cart, Line, Op, Warning } from "./types.d.ts" */

import { _ } from "./i18n.js"
import { money } from "./strings.js"

/** @param {Warning} warning */
export function clampedText({ got }) {
  return _("Only %(got)s left, so your cart has %(got)s.", { got })
}

/**
 * @param {Line | undefined} before
 * @param {Line | undefined} line
 */
export function editText(before, line) {
  if (line) return _("%(name)s: %(qty)s in your cart.", { name: line.name, qty: line.qty })
  return before ? _("Removed %(name)s.", { name: before.name }) : ""
}

/** @param {string} name */
export function foreignText(name) {
  return _("%(name)s: changed elsewhere.", { name })
}

/**
 * Describe what became of a quantity that cannot be ordered as it was typed.
 * @param {Line | undefined} line
 * @param {number | null} qty  The quantity that was taken; null if the line stays as it is.
 */
export function qtyText(line, qty) {
  const name = line?.name ?? _("This product")
  if (qty === null) return _("%(name)s: still %(qty)s in your cart.", { name, qty: line?.qty ?? 0 })
  return _("%(name)s: %(qty)s in your cart, the most you can have of one product.", { name, qty })
}

/**
 * Describe a change of price, stock or state of a line that the shop made; empty if there is none.
 * @param {Line | undefined} line
 * @param {Line | undefined} before
 */
export function lineChangeText(line, before) {
  if (!line || !before) return ""
  const { name, state, stock } = line
  if (state === before.state && line.price === before.price) return ""
  const price = money(line.price)
  const agreed = money(line.agreed)
  if (state === "price_rise")
    return _("%(name)s: was %(agreed)s, now %(price)s.", { name, agreed, price })
  if (state === "sold_out") return _("%(name)s: sold out.", { name })
  if (state === "gone") return _("%(name)s: no longer sold.", { name })
  if (state === "short") return _("%(name)s: only %(stock)s left.", { name, stock: stock ?? 0 })
  return line.price < before.price ? _("%(name)s: now %(price)s.", { name, price }) : ""
}

/**
 * Say what an op did, where the page does not show it well enough; empty if it does.
 * @param {Op} op
 * @param {Pick<Cart, "lines" | "saved" | "voucher">} cart  After it.
 */
export function doneText(op, { lines, saved, voucher }) {
  const name = ("sku" in op && (lines.get(op.sku) ?? saved.get(op.sku))?.name) || ""
  if (op.k === "line.save") return _("Saved %(name)s for later.", { name })
  if (op.k === "line.unsave") return _("Moved %(name)s to your cart.", { name })
  if (op.k === "line.discard") return _("Removed from your saved items.")
  if (op.k === "line.accept") return _("%(name)s: the new price is accepted.", { name })
  if (op.k === "note.set") return op.text ? _("Your note is saved.") : _("Your note is removed.")
  if (op.k === "undo") return _("Your last change was undone.")
  if (op.k !== "voucher.set") return ""
  if (!voucher) return _("The voucher is removed.")
  const { code, label, state } = voucher
  if (state === "ok") return _("Voucher %(code)s: %(label)s.", { code, label })
  return _("Voucher %(code)s does not apply at the moment.", { code })
}
