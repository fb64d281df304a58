import assert from "node:assert/strict"
import { test } from "node:test"
import { opOf, typedQty } from "../../static/js/forms.js"
import { samples } from "./samples.js"

/**
 * @param {string} path
 * @param {Record<string, string>} fields
 */
function formOp(path, fields) {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  return opOf(path, form)
}

/** @type {[string, string, Record<string, string>][]} */
const FORMS = [
  ["op_line_add_seen", "/cart/add", { sku: "gala-apples-1kg", qty: "1", seen: "220" }],
  ["op_line_add", "/cart/add", { sku: "milk-2l", qty: "1", seen: "" }],
  ["op_line_set", "/cart/set", { sku: "gala-apples-1kg", qty: "3" }],
  ["op_line_set_to_nothing", "/cart/set", { sku: "milk-2l", qty: "0" }],
  ["op_line_accept", "/cart/accept", { sku: "milk-2l", price: "160", seen: "145", qty: "2" }],
  ["op_line_save", "/cart/save", { sku: "honey-340g", seen: "495" }],
  ["op_line_unsave", "/cart/unsave", { sku: "honey-340g" }],
  ["op_note_empty", "/cart/note", { text: "" }],
  ["op_voucher_off", "/cart/voucher", { code: " " }],
  ["op_undo", "/cart/undo", { rev: "" }],
  ["op_undo_of_a_revision", "/cart/undo", { rev: "43" }],
  ["op_line_suggest", "/cart/suggest", { sku: "milk-2l", qty: "2" }],
  ["op_line_suggest_seen", "/cart/suggest", { sku: "milk-2l", qty: "0", seen: "145" }],
  ["op_suggestion_accept_seen", "/cart/suggestion/accept", { sku: "milk-2l", seen: "145" }],
  ["op_suggestion_decline", "/cart/suggestion/decline", { sku: "milk-2l", seen: "145" }],
]

for (const [name, path, fields] of FORMS) {
  test(`the form of ${path} is the op of the sample ${name}`, () => {
    const { t: _t, n: _n, ...op } = /** @type {Record<string, unknown>} */ (samples.client[name])

    assert.deepEqual(formOp(path, { key: "5f0c", next: "/shop", ...fields }), op)
  })
}

test("spaces around a voucher's code are removed", () => {
  assert.deepEqual(formOp("/cart/voucher", { code: " welcome10 " }), {
    k: "voucher.set",
    code: "welcome10",
  })
})

test("a note ends its lines in LF and has no other control characters", () => {
  assert.deepEqual(formOp("/cart/note", { text: "a\r\nb\rc\td\u0000\u001b\u0085e" }), {
    k: "note.set",
    text: "a\nb\nc\tde",
  })
})

test("a form that is not the cart's has no op", () => {
  assert.equal(formOp("/login", { email: "ada@example.org" }), null)
})

test("a typed quantity is a whole number, at most 99; anything else is none", () => {
  assert.deepEqual(["7", " 7 ", "0", "99", "100", "150"].map(typedQty), [7, 7, 0, 99, 99, 99])
  assert.deepEqual(["", " ", "-3", "1.5", "1e1", "two"].map(typedQty), [
    null,
    null,
    null,
    null,
    null,
    null,
  ])
})
