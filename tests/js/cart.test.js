import assert from "node:assert/strict"
import { test } from "node:test"
import { advance, cartFrom, reprice } from "../../static/js/cart.js"
import { lineOf, serverSample } from "./samples.js"

const snapshot = serverSample("snapshot_of_every_state", "snapshot")
const full = cartFrom(snapshot)

test("a snapshot becomes the whole cart, in the order of `pos`", () => {
  const shuffled = {
    ...snapshot,
    cart: { ...snapshot.cart, lines: snapshot.cart.lines.toReversed() },
  }

  assert.deepEqual(
    [...cartFrom(shuffled).lines.keys()],
    snapshot.cart.lines.map((line) => line.sku),
  )
  assert.equal(full.at, snapshot.at)
  assert.equal(full.rev, 42)
  assert.equal(full.note, snapshot.cart.note)
  assert.deepEqual(full.voucher, snapshot.cart.voucher)
  assert.deepEqual([...full.saved.values()], snapshot.cart.saved)
})

test("a patch keeps the settled numbers of the page's cart", () => {
  const settled = { here: 7 }

  assert.deepEqual(
    advance(cartFrom({ ...snapshot, settled }), serverSample("patch_set", "patch"))?.settled,
    {
      here: 7,
    },
  )
  assert.deepEqual(full.settled, {})
})

test("a patch sets whole lines and moves revision, position and totals", () => {
  const patch = serverSample("patch_set", "patch")
  const next = advance(full, patch)

  assert.equal(next?.lines.get("gala-apples-1kg")?.qty, 4)
  assert.deepEqual(next?.lines.get("milk-2l"), full.lines.get("milk-2l"))
  assert.deepEqual([next?.rev, next?.at, next?.totals], [43, patch.at, patch.totals])
})

test("a patch of a commit moves the cart by all its revisions at once", () => {
  const patch = serverSample("patch_of_a_commit", "patch")
  const next = advance(full, patch)

  assert.equal(patch.by.length, patch.rev - patch.prev)
  assert.deepEqual([next?.rev, next?.at, next?.totals], [45, patch.at, patch.totals])
  assert.equal(next?.lines.get("gala-apples-1kg")?.qty, 4)
  assert.deepEqual([next?.lines.has("milk-2l"), next?.lines.has("honey-340g")], [false, true])
})

test("a patch of a commit does not fit between its revisions", () => {
  const patch = serverSample("patch_of_a_commit", "patch")

  assert.equal(advance({ ...full, rev: 43 }, patch), null)
  assert.equal(advance({ ...full, rev: 41 }, patch), null)
})

test("a patch does not change the cart that it is applied to", () => {
  advance(full, serverSample("patch_set", "patch"))

  assert.deepEqual(full, cartFrom(snapshot))
})

test("null removes a line", () => {
  assert.equal(advance(full, serverSample("patch_remove", "patch"))?.lines.has("milk-2l"), false)
})

test("a line that undo brings back has its old place", () => {
  const removed = advance(full, serverSample("patch_remove", "patch"))
  const undo = { ...serverSample("patch_undo", "patch"), prev: 43, rev: 44 }
  const restored = removed && advance(removed, { ...undo, lines: { "milk-2l": lineOf("milk-2l") } })

  assert.deepEqual([...(restored?.lines.keys() ?? [])], [...full.lines.keys()])
})

test("saving moves a line, and moving it back does too", () => {
  const saved = advance(full, serverSample("patch_save", "patch"))

  assert.equal(saved?.lines.has("milk-2l"), false)
  assert.equal(saved?.saved.get("milk-2l")?.qty, 2)

  const unsaved = advance(full, serverSample("patch_unsave", "patch"))

  assert.equal(unsaved?.saved.size, 0)
  assert.equal(unsaved?.lines.get("honey-340g")?.pos, 11)
})

test("note and voucher change only where the patch has them", () => {
  assert.equal(advance(full, serverSample("patch_set", "patch"))?.note, full.note)
  assert.deepEqual(advance(full, serverSample("patch_set", "patch"))?.voucher, full.voucher)
  assert.equal(advance(full, serverSample("patch_order", "patch"))?.note, "")
  assert.equal(advance(full, serverSample("patch_voucher_off", "patch"))?.voucher, null)
})

test("a patch that was applied before, or is older, changes nothing", () => {
  const patch = serverSample("patch_set", "patch")

  assert.equal(advance(full, { ...patch, prev: 41, rev: 42 }), full)
  assert.equal(advance(full, { ...patch, prev: 12, rev: 13 }), full)
})

test("a patch after a gap is not applied", () => {
  assert.equal(advance(full, serverSample("patch_add_from_another_tab", "patch")), null)
})

test("new prices change lines and totals, and neither revision nor position", () => {
  const prices = serverSample("prices_of_lines", "prices")
  const next = reprice(full, prices)

  assert.equal(next.lines.get("gala-apples-1kg")?.state, "price_rise")
  assert.deepEqual(next.totals, prices.totals)
  assert.deepEqual([next.rev, next.at, next.note], [42, full.at, full.note])
})

test("prices of watched products that are not in the cart do not change it", () => {
  assert.deepEqual(reprice(full, serverSample("prices_watched", "prices")), full)
})

test('the prices after a welcome in mode "same" restore the cart of the snapshot', () => {
  const old = reprice(full, serverSample("prices_of_lines", "prices"))

  assert.deepEqual(reprice(old, serverSample("prices_after_welcome_same", "prices")), full)
})

test("a product may be called __proto__", () => {
  const line = lineOf("milk-2l", { name: "__proto__" })
  const patch = { ...serverSample("patch_set", "patch"), lines: { "milk-2l": line } }

  assert.equal(advance(full, patch)?.lines.get("milk-2l")?.name, "__proto__")
})
