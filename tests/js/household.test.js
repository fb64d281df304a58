/** @import { Household, Patch } from "../../static/js/types.d.ts" */

import assert from "node:assert/strict"
import { test } from "node:test"
import { advance, cartFrom } from "../../static/js/cart.js"
import { setHelper } from "../../static/js/helper.js"
import {
  authorText,
  changeText,
  headText,
  namesText,
  ownText,
  presenceText,
  sharedText,
} from "../../static/js/household_texts.js"
import { People } from "../../static/js/people.js"
import { lineOf, serverSample } from "./samples.js"

const ADA = "u-81b0"
const BEN = "u-3fa9"
const CLEO = "u-5c02"
const household = /** @type {Household} */ (serverSample("household", "household"))
const before = cartFrom(serverSample("snapshot_of_every_state", "snapshot"))
const apples = lineOf("gala-apples-1kg")
const never = (/** @type {string} */ _sku) => false

/**
 * Return a patch with these changes, of which each entry in `by` made a revision.
 * @param {Partial<Patch>} changes
 * @param {...[string | undefined, string]} by  The account, if it is not the owner's, and the kind.
 */
function patchOf(changes, ...by) {
  const { tab, outbox } = { tab: null, outbox: null }
  const origins = by.map(([account, k]) => ({ tab, outbox, n: 1, k, ...(account && { account }) }))
  const patch = { t: "patch", prev: before.rev, rev: before.rev + by.length, at: "next" }
  const { totals } = before
  return /** @type {Patch} */ ({ ...patch, by: origins, lines: {}, totals, ...changes })
}

/** @param {Patch} patch */
function said(patch, isOwn = never) {
  const cart = advance(before, patch)
  const foreign = new People(household, BEN).othersIn(patch)
  if (!cart || !foreign) return null
  return changeText(namesText(foreign.names), patch, foreign.newest.k, before, cart, isOwn)
}

test("the reader is told apart from the others, the owner first of all", () => {
  const [ada, ben, cleo] = [ADA, BEN, CLEO].map((one) => new People(household, one))

  assert.deepEqual([ada?.role, ben?.role, cleo?.role], [undefined, "edit", "suggest"])
  assert.deepEqual([ada?.owner, ben?.owner], ["", "Ada"])
  assert.deepEqual([ada?.isReader(), ben?.isReader(), ben?.isReader(BEN)], [true, false, true])
  assert.deepEqual([ada?.may_save, ben?.may_save, cleo?.may_save], [true, true, false])
  assert.equal(new People({ ...household, shares_saved: false }, BEN).may_save, false)
  assert.deepEqual([ben?.nameOf(), ben?.nameOf(CLEO), ben?.nameOf("u-gone")], ["Ada", "Cleo", ""])
})

test("the head of the cart says whose it is, and who is looking at it", () => {
  const { owner, others } = new People(household, BEN)
  const names = others.map(({ name }) => name)
  const ada = new People(household, ADA)

  assert.equal(headText(owner), "The cart of Ada")
  assert.equal(sharedText(names), "Shared with Ada and Cleo")
  assert.equal(sharedText([]), "")
  assert.equal(presenceText(others), "Cleo is looking, on a tablet.")
  assert.equal(
    presenceText(ada.others),
    "Ben is looking, on several devices. Cleo is looking, on a tablet.",
  )
  assert.equal(presenceText([]), "")
})

test("a name turns no text around it", () => {
  const people = [{ account: ADA, name: "A\u202eda" }, ...household.people.slice(1)]

  assert.equal(new People({ ...household, people }, BEN).owner, "Ada")
})

test("a line says who put it there", () => {
  assert.deepEqual(
    [authorText(null, false), authorText("Ada", false), authorText("", true)],
    ["Added by you", "Added by Ada", "Suggested by Somebody"],
  )
})

test("what others did is said by name, and can be undone by its revision", () => {
  const added = patchOf({ lines: { tea: { ...apples, sku: "tea" } } }, [undefined, "line.add"])
  const [people, ben] = [new People(household, BEN), /** @type {const} */ ([BEN, "note.set"])]

  assert.equal(said(added), "Ada added Gala apples.")
  assert.equal(people.othersIn(added)?.rev, before.rev + 1)
  assert.equal(
    said(patchOf({ lines: { [apples.sku]: null } }, [CLEO, "line.set"])),
    "Cleo removed Gala apples.",
  )
  const more = { ...apples, qty: 9 }
  assert.equal(
    said(patchOf({ lines: { [apples.sku]: more } }, [undefined, "line.set"])),
    "Ada changed Gala apples to 9.",
  )
  assert.equal(
    said(
      patchOf({ lines: { [apples.sku]: null }, saved: { [apples.sku]: apples } }, [
        CLEO,
        "line.save",
      ]),
    ),
    "Cleo saved Gala apples for later.",
  )
  assert.equal(
    said(patchOf({ note: "Ring twice" }, [undefined, "note.set"])),
    "Ada changed the note.",
  )
  assert.equal(said(patchOf({ note: "" }, [...ben])), null)
  assert.equal(people.othersIn(patchOf({}, [undefined, "undo"], [...ben]))?.rev, before.rev + 1)
  assert.equal(
    said(
      patchOf(
        { note: "", lines: { [apples.sku]: more } },
        [CLEO, "line.set"],
        [undefined, "note.set"],
      ),
    ),
    "Cleo and Ada made 2 changes.",
  )
})

test("a line that the reader changed in the same commit is not said to be another's", () => {
  const patch = patchOf({ lines: { [apples.sku]: null } }, [CLEO, "line.set"], [BEN, "line.set"])

  assert.equal(
    said(patch, (sku) => sku === apples.sku),
    "",
  )
})

test("suggestions are told as they come and go", () => {
  const suggested = patchOf({ suggested: { tea: { ...apples, sku: "tea" } } }, [
    CLEO,
    "line.suggest",
  ])
  const cart = advance(before, suggested)
  assert.ok(cart)
  const gone = { ...suggested, prev: cart.rev, suggested: { tea: null } }
  /**
   * @param {string} kind
   * @param {Partial<Patch>} [more]
   */
  const then = (kind, more = {}) => {
    const patch = /** @type {Patch} */ ({ ...gone, rev: cart.rev + 1, ...more })
    return changeText("Ada", patch, kind, cart, advance(cart, patch) ?? cart, never)
  }

  assert.equal(said(suggested), "Cleo suggests Gala apples.")
  assert.equal(then("suggestion.decline"), "Ada declined Gala apples.")
  assert.equal(then("line.suggest"), "Ada no longer suggests Gala apples.")
  const taken = { lines: { tea: { ...apples, sku: "tea" } } }
  assert.equal(then("suggestion.accept", taken), "Ada accepted Gala apples.")
  assert.equal(ownText({ k: "line.suggest", sku: "tea", qty: 1 }, cart), "You suggest Gala apples.")
  assert.equal(ownText({ k: "undo" }, cart), undefined)
})

test("who helps from the shop is called so, and the end of a help is nobody's doing", () => {
  setHelper("u-9d3e", "Grace")
  const suggested = { [apples.sku]: { ...apples, by: "u-9d3e" } }
  const made = patchOf({ suggested }, ["u-9d3e", "line.suggest"])
  assert.equal(said(made), `Grace from the shop suggests ${apples.name}.`)

  setHelper("", "")
  assert.equal(said(patchOf({ suggested: { [apples.sku]: null } }, [undefined, "help"])), null)
})
