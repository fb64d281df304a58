import assert from "node:assert/strict"
import { test } from "node:test"
import {
  backOnlineText,
  clampedText,
  lineChangeText,
  money,
  pluralize,
  savingText,
  statusMessage,
  stockLabel,
} from "../../static/js/strings.js"
import { lineOf, serverSample } from "./samples.js"

test("money has two digits after the point, also below zero", () => {
  assert.deepEqual(
    [money(220), money(0), money(-66), money(123456)],
    ["£2.20", "£0.00", "-£0.66", "£1,234.56"],
  )
})

test("nouns have a plural", () => {
  assert.deepEqual([pluralize(1, "change"), pluralize(2, "change")], ["1 change", "2 changes"])
})

test("savings below a pound are in pence", () => {
  assert.deepEqual([savingText(20), savingText(120)], ["You save 20p", "You save £1.20"])
})

test("the stock label has a number only if stock is low", () => {
  assert.deepEqual(
    [
      stockLabel(null, "ok"),
      stockLabel(5, "ok"),
      stockLabel(0, "sold_out"),
      stockLabel(null, "gone"),
    ],
    ["In stock", "5 left", "Sold out", "No longer sold"],
  )
})

test("a clamped op says how many were put in the cart", () => {
  const { warn } = serverSample("ok_clamped", "ok")

  assert.equal(warn && clampedText(warn), "Only 5 left, we put 5 in your cart.")
})

test("a change of a line by the shop has a text only when it happens", () => {
  const apples = lineOf("gala-apples-1kg")
  const said = (/** @type {Partial<typeof apples>} */ change) =>
    lineChangeText({ ...apples, ...change }, apples)

  assert.equal(said({ price: 240, state: "price_rise" }), "Gala apples: was £2.20, now £2.40.")
  assert.equal(said({ state: "sold_out" }), "Gala apples: someone else bought the last one.")
  assert.equal(said({ state: "gone" }), "Gala apples: no longer sold.")
  assert.equal(said({ state: "short", stock: 2 }), "Gala apples: only 2 left.")
  assert.equal(said({ price: 200 }), "Gala apples: now £2.00.")
  assert.equal(said({ qty: 7, stock: 4 }), "")
  assert.equal(lineChangeText(apples, lineOf("gala-apples-1kg", { state: "short" })), "")
  assert.equal(lineChangeText(apples, undefined), "")
  const few = lineOf("rye-loaf-500g")
  assert.equal(lineChangeText({ ...few, qty: 3 }, few), "")
  assert.equal(lineChangeText(undefined, apples), "")
})

test("there is no status for an open connection, nor for one that is away for a moment", () => {
  assert.equal(statusMessage("open", 0, 3, true, "12:03"), null)
  assert.equal(statusMessage("connecting", 0, 3, false, "12:03"), null)
  assert.equal(statusMessage("waiting", 0, 3, false, "12:03"), null)
  assert.equal(statusMessage("stopped", 0, 3, true, "12:03"), null)
})

test("the status of a lost connection has the unsaved changes and the age of the cart", () => {
  const said = (/** @type {"connecting" | "waiting" | "offline"} */ state, count = 0) =>
    statusMessage(state, 0, count, state !== "offline", "12:03")?.text

  assert.equal(said("offline", 3), "Offline: 3 changes waiting · cart from 12:03")
  assert.equal(said("offline"), "Offline · cart from 12:03")
  assert.equal(said("waiting", 1), "No connection: 1 change waiting · cart from 12:03")
  assert.equal(said("connecting"), "Connecting · cart from 12:03")
})

test("the status of a stopped connection offers what helps", () => {
  const said = (/** @type {number} */ code) => statusMessage("stopped", code, 2, true, "12:03")

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

test("back online, the summary counts what was saved and has the reasons against the rest", () => {
  assert.equal(backOnlineText(0, []), "Back online")
  assert.equal(backOnlineText(3, []), "Back online: 3 changes saved")
  assert.equal(
    backOnlineText(2, ["Gala apples are sold out."]),
    "Back online: 2 of 3 changes saved. Gala apples are sold out.",
  )
})
