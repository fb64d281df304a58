// What a total is made of, and what moved it.

import assert from "node:assert/strict"
import { test } from "node:test"

import { differences, parts, sum } from "../../static/js/totals_diff.js"

const names = new Map([["milk-2l", "Milk"]])
const line = { pos: 1, agreed: 210, stock: null, name: "", unit: "", slug: "", image: "" }
const totals = { count: 2, subtotal: 420, discount: 42, delivery: 350, total: 728, currency: "GBP" }

/** @param {import("../../static/js/types.d.ts").LineState} state */
function cart(state) {
  const held = { ...line, sku: "milk-2l", qty: 2, price: 210, state }
  return { lines: new Map([["milk-2l", held]]), totals }
}

test("the parts of a total add up to it", () => {
  assert.equal(sum(parts(cart("ok"))), totals.total)
})

test("what is sold out counts nothing", () => {
  assert.equal(parts(cart("sold_out")).has("milk-2l"), false)
})

test("only what moved is named, with its sign", () => {
  const before = new Map([
    ["milk-2l", 420],
    ["Delivery", 350],
    ["Discount", 0],
  ])
  const now = new Map([
    ["milk-2l", 470],
    ["eggs-6", 215],
    ["Delivery", 350],
    ["Discount", -47],
  ])

  assert.deepEqual(differences(before, now, names), ["Milk +50p", "Discount −47p", "eggs-6 +£2.15"])
  assert.deepEqual(differences(now, now, names), [])
})
