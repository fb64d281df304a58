/** @import { Op } from "../../static/js/types.d.ts" */

import assert from "node:assert/strict"
import { test } from "node:test"
import { cartFrom } from "../../static/js/cart.js"
import { withPending } from "../../static/js/pending.js"
import { lineOf, serverSample } from "./samples.js"

const full = cartFrom(serverSample("snapshot_of_every_state", "snapshot"))
const empty = cartFrom(serverSample("snapshot_empty", "snapshot"))
const { sku: _sku, ...tea } = lineOf("honey-340g", { name: "Green tea", price: 180 })

/**
 * @param {typeof full} cart
 * @param {...Op} ops
 */
function shown(cart, ...ops) {
  return withPending(cart, ops, (sku) => (sku === "tea" ? tea : undefined))
}

/**
 * @param {ReturnType<typeof shown>} page
 * @param {string} sku
 */
function qty({ lines }, sku) {
  return lines.find((line) => line.sku === sku)?.qty
}

test("without pending ops the confirmed cart is displayed", () => {
  const page = shown(full)

  assert.deepEqual(page.lines, [...full.lines.values()])
  assert.deepEqual(page.saved, [...full.saved.values()])
  assert.deepEqual([page.note, page.voucher, page.has_pending], [full.note, full.voucher, false])
})

test("the count leaves out unavailable products, as the server's does", () => {
  assert.equal(shown(full).count, full.totals.count)
})

test("pending quantities are applied in the order of their ops", () => {
  const page = shown(
    full,
    { k: "line.set", sku: "gala-apples-1kg", qty: 5 },
    { k: "line.add", sku: "gala-apples-1kg", qty: 2 },
  )

  assert.equal(qty(page, "gala-apples-1kg"), 7)
  assert.equal(page.count, full.totals.count + 4)
  assert.deepEqual([...page.pending_skus], ["gala-apples-1kg"])
  assert.equal(page.has_pending, true)
})

test("totals and prices are never predicted", () => {
  const page = shown(full, { k: "line.set", sku: "gala-apples-1kg", qty: 50 })

  assert.equal(page.totals, full.totals)
  assert.equal(page.lines[0]?.price, 220)
})

test("a line set to 0 is removed, and a missing one is not added", () => {
  assert.equal(qty(shown(full, { k: "line.set", sku: "milk-2l", qty: 0 }), "milk-2l"), undefined)
  assert.equal(shown(empty, { k: "line.set", sku: "tea", qty: 0 }).lines.length, 0)
})

test("a product of the page becomes the last line", () => {
  const line = shown(full, { k: "line.add", sku: "tea", qty: 2 }).lines.at(-1)

  assert.deepEqual([line?.sku, line?.qty, line?.name], ["tea", 2, "Green tea"])
  assert.deepEqual([line?.price, line?.agreed, line?.state], [180, 180, "ok"])
})

test("a product that the page does not know is pending without a line", () => {
  const page = shown(empty, { k: "line.add", sku: "unheard-of", qty: 1 })

  assert.deepEqual([page.lines.length, page.has_pending], [0, true])
})

test("no line shows more than 99", () => {
  const page = shown(full, { k: "line.add", sku: "gala-apples-1kg", qty: 98 })

  assert.equal(qty(page, "gala-apples-1kg"), 99)
})

test("a pending note is displayed", () => {
  assert.equal(shown(full, { k: "note.set", text: "ring twice" }).note, "ring twice")
})

test("ops that only the server can decide are pending without effect", () => {
  const page = shown(
    full,
    { k: "undo" },
    { k: "voucher.set", code: "WELCOME10" },
    { k: "line.save", sku: "milk-2l" },
    { k: "line.accept", sku: "milk-2l", price: 160 },
  )

  assert.deepEqual(page.lines, [...full.lines.values()])
  assert.ok(page.pending_skus.has("milk-2l"))
})

test("the confirmed cart is not changed", () => {
  shown(full, { k: "line.set", sku: "milk-2l", qty: 9 })

  assert.equal(full.lines.get("milk-2l")?.qty, 2)
})

test("a pending suggestion is among those of the cart, and in none of its sums", () => {
  const page = shown(full, { k: "line.suggest", sku: "tea", qty: 2 })

  assert.deepEqual(
    page.suggested.map(({ sku, qty }) => [sku, qty]),
    [["tea", 2]],
  )
  assert.deepEqual([page.lines.length, page.count], [full.lines.size, full.totals.count])
  assert.deepEqual(shown(full, { k: "line.suggest", sku: "tea", qty: 0 }).suggested, [])
})
