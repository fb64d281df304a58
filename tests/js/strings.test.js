import assert from "node:assert/strict"
import { test } from "node:test"
import {
  backOnline,
  chip,
  clamped,
  counted,
  money,
  moved,
  saving,
  status,
} from "../../static/js/strings.js"
import { lineOf, told } from "./samples.js"

test("money has two digits after the point, also below zero", () => {
  assert.deepEqual(
    [money(220), money(0), money(-66), money(123456)],
    ["£2.20", "£0.00", "-£0.66", "£1,234.56"],
  )
})

test("one change, two changes", () => {
  assert.deepEqual([counted(1, "change"), counted(2, "change")], ["1 change", "2 changes"])
})

test("small savings are told in pence", () => {
  assert.deepEqual([saving(20), saving(120)], ["You save 20p", "You save £1.20"])
})

test("a chip says how many there are only when there are few", () => {
  assert.deepEqual(
    [chip(null, "ok"), chip(5, "ok"), chip(0, "sold_out"), chip(null, "gone")],
    ["In stock", "5 left", "Sold out", "No longer sold"],
  )
})

test("a clamped op says what came of it", () => {
  const { warn } = told("ok_clamped", "ok")

  assert.equal(warn && clamped(warn), "Only 5 left, we put 5 in your cart.")
})

test("what the shop does to a line is said once, when it happens", () => {
  const apples = lineOf("gala-apples-1kg")
  const said = (/** @type {Partial<typeof apples>} */ change) =>
    moved({ ...apples, ...change }, apples)

  assert.equal(said({ price: 240, state: "price_rise" }), "Gala apples: was £2.20, now £2.40.")
  assert.equal(said({ state: "sold_out" }), "Gala apples: someone else bought the last one.")
  assert.equal(said({ state: "gone" }), "Gala apples: no longer sold.")
  assert.equal(said({ state: "short", stock: 2 }), "Gala apples: only 2 left.")
  assert.equal(said({ price: 200 }), "Gala apples: now £2.00.")
  assert.equal(said({ qty: 7, stock: 4 }), "")
  assert.equal(moved(apples, lineOf("gala-apples-1kg", { state: "short" })), "")
  assert.equal(moved(apples, undefined), "")
  const few = lineOf("rye-loaf-500g")
  assert.equal(moved({ ...few, qty: 3 }, few), "")
  assert.equal(moved(undefined, apples), "")
})

test("a healthy connection is not worth a word, nor one that is away for a moment", () => {
  assert.equal(status("open", 0, 3, true, "12:03"), null)
  assert.equal(status("connecting", 0, 3, false, "12:03"), null)
  assert.equal(status("waiting", 0, 3, false, "12:03"), null)
  assert.equal(status("stopped", 0, 3, true, "12:03"), null)
})

test("a connection that is away says what waits, and how old the cart is", () => {
  const said = (/** @type {"connecting" | "waiting" | "offline"} */ state, count = 0) =>
    status(state, 0, count, state !== "offline", "12:03")?.text

  assert.equal(said("offline", 3), "Offline: 3 changes waiting · cart from 12:03")
  assert.equal(said("offline"), "Offline · cart from 12:03")
  assert.equal(said("waiting", 1), "No connection: 1 change waiting · cart from 12:03")
  assert.equal(said("connecting"), "Connecting · cart from 12:03")
})

test("a connection that stopped for good says what helps", () => {
  const said = (/** @type {number} */ code) => status("stopped", code, 2, true, "12:03")

  assert.deepEqual(said(4401), { text: "You are signed out: 2 changes waiting", act: "Sign in" })
  assert.deepEqual(said(4406), { text: "There is a newer page", act: "Load again" })
  assert.equal(said(4409)?.act, "Use it here")
  assert.deepEqual(said(4411), {
    text: "Open in too many tabs: 2 changes waiting",
    act: "Use it here",
  })
  for (const code of [4400, 1007, 1009]) assert.equal(said(code)?.act, "Load again")
  assert.equal(said(4410), null)
})

test("back online: what was saved, and what was not and why", () => {
  assert.equal(backOnline(0, []), "Back online")
  assert.equal(backOnline(3, []), "Back online: 3 changes saved")
  assert.equal(
    backOnline(2, ["Gala apples are sold out."]),
    "Back online: 2 of 3 changes saved. Gala apples are sold out.",
  )
})
