// The trials of the lesson that need a second connection, a query counter, or a new server. Each
// resolves to what happened, in a sentence.

/** @import { TrialContext } from "../types.d.ts" */

import { _ } from "../i18n.js"
import { money } from "../strings.js"
import { frameMessage } from "./recording.js"
import { SecondTab } from "./second_tab.js"
import { queryMessages } from "./statements.js"

const TIMEOUT_MS = 10_000
const RESTART_TIMEOUT_MS = 60_000
const QUERY_COUNTER = "/api/how-it-works/watch"
const MUCH_DEARER = 10
/** The patches come right after the verdicts. */
const PATCHES_MS = 300

/**
 * Add a product over the open socket, and count what the database is asked meanwhile.
 * @param {TrialContext} context
 */
export async function held({ inspector, tab, sequence, op }) {
  await fetch(QUERY_COUNTER, { method: "POST" })
  const next = ["op", "ok", "patch"].map((type) =>
    inspector.next(({ message }) => message.t === type, TIMEOUT_MS),
  )
  const began = performance.now()
  tab.submit(op)
  const [sent, ok, patch] = await Promise.all(next)
  const ms = performance.now() - began
  const { statements } = await (await fetch(QUERY_COUNTER, { method: "DELETE" })).json()
  if (!sent || !ok || !patch) throw new Error("no answer came")
  await sequence.play([
    frameMessage(sent),
    ...queryMessages(statements),
    frameMessage(ok, 1, ms),
    frameMessage(patch, 1, ms),
  ])
  return ""
}

/**
 * Open a second connection, and add something in this tab: the other is told.
 * @param {TrialContext} context
 */
export async function tabs({ inspector, tab, sequence, op }) {
  return await withSecondTab(sequence, async (second) => {
    const told = second.next("patch")
    const own = inspector.next(({ message }) => message.t === "patch", TIMEOUT_MS)
    const began = performance.now()
    tab.submit(op)
    const { rev } = await told
    const ms = Math.round(performance.now() - began)
    await own
    return _("The second tab had revision %(rev)s after %(ms)s ms, without asking.", { rev, ms })
  })
}

/**
 * Send the second operation of an outbox before the first.
 * @param {TrialContext} context
 */
export async function gap({ sequence, op }) {
  return await withSecondTab(sequence, async (second) => {
    const need = second.next("need")
    second.send({ t: "op", n: 2, ...op, qty: 2 })
    const { n } = await need
    const first = await second.submit(1, op)
    const next = await second.submit(2, { ...op, qty: 2 })
    return _(
      "The shop asked for operation %(n)s and applied nothing. Sent in order, they made revisions %(first)s and %(second)s.",
      { n, first: first.rev, second: next.rev },
    )
  })
}

/**
 * Change the cart in both tabs at once.
 * @param {TrialContext} context
 */
export async function moment({ inspector, tab, sequence, op, sleep }) {
  return await withSecondTab(sequence, async (second) => {
    const before = tab.cart.rev
    const verdict = inspector.next(({ message }) => message.t === "ok", TIMEOUT_MS)
    tab.submit(op)
    const [theirs, ours] = await Promise.all([second.submit(1, op), verdict])
    await sleep(PATCHES_MS)
    const { rev } = ours?.message ?? theirs
    return _(
      "Both were applied: revision %(before)s before, %(ours)s after the one of this tab, %(theirs)s after the other.",
      { before, ours: rev, theirs: theirs.rev },
    )
  })
}

/**
 * Add a product as from a page that shows a lower price: as if it had just risen. A page cannot
 * change a price. The line is put back as it was in the end.
 * @param {TrialContext} context
 */
export async function price({ tab, sequence, op }) {
  const { sku, seen: today } = op
  const before = tab.cart.lines.get(sku)?.qty ?? 0
  return await withSecondTab(sequence, async (second) => {
    await second.submit(1, { k: "line.set", sku, qty: 0 })
    const added = second.nextWith(sku)
    await second.submit(2, { k: "line.add", sku, qty: 1, seen: Math.max(1, today - MUCH_DEARER) })
    const { agreed, price, state } = (await added).lines[sku]
    await second.submit(3, { k: "line.set", sku, qty: 0 })
    if (before) await second.submit(4, { k: "line.add", sku, qty: before, seen: today })
    return _(
      "You had seen %(agreed)s, today it costs %(price)s: the line is “%(state)s”, and cannot be ordered until you accept. It is as before now.",
      { agreed: money(agreed), price: money(price), state },
    )
  })
}

/**
 * Save a change, have the server killed, and see what is left.
 * @param {TrialContext} context
 * @param {HTMLElement} button
 */
export async function kill({ inspector, tab, op, log }, button) {
  const form = /** @type {HTMLFormElement} */ (button.closest("form"))
  const saved = inspector.next(({ message }) => message.t === "patch", TIMEOUT_MS)
  tab.submit(op)
  await saved
  const { rev } = tab.cart
  const { conn } = inspector
  const back = inspector.next(({ message }) => message.t === "welcome", RESTART_TIMEOUT_MS)
  const body = new URLSearchParams(/** @type {never} */ (new FormData(form)))
  const { type } = await fetch(form.action, { method: "POST", body, redirect: "manual" })
  if (type !== "opaqueredirect")
    return _("The server has only just started, and was not killed. Try again in a few seconds.")
  log(_("The server is being killed. The tab has not been told."))
  const began = performance.now()
  if (!(await back)) return _("No server has answered yet: the tab keeps trying.")
  const s = ((performance.now() - began) / 1000).toFixed(1)
  await renewToken(form)
  return _(
    "Connection %(conn)s is gone. %(now)s took its place after %(s)s s: revision %(rev)s before, %(after)s after. Nothing that was confirmed is lost.",
    { conn, now: inspector.conn, s, rev, after: tab.cart.rev },
  )
}

/**
 * Give the form the token of the new process. A page's HTML may not be parsed by a script here.
 * @param {HTMLFormElement} form
 */
async function renewToken(form) {
  const page = await (await fetch(location.pathname)).text()
  const [, token] = /name="token" value="([^"]+)"/.exec(page) ?? []
  const field = form.elements.namedItem("token")
  if (token && field instanceof HTMLInputElement) field.value = token
}

/**
 * @param {TrialContext["sequence"]} sequence
 * @param {(second: SecondTab) => Promise<string>} run
 */
async function withSecondTab(sequence, run) {
  const second = new SecondTab(sequence)
  try {
    await second.open()
    return await run(second)
  } finally {
    second.close()
  }
}
