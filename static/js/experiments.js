// Experiments on the connection of a tab. Each logs what happens as it goes on.

/** @import { Inspector } from "./inspector.js" */
/** @import { Tab } from "./tab.js" */
/** @import { CapturedFrame, ExperimentContext, Op, Origin } from "./types.d.ts" */

import { _, ngettext } from "./i18n.js"

const TIMEOUT_MS = 15_000
/** A second patch, if there were one, would come within this time. */
const SECOND_PATCH_MS = 400

/**
 * Cut the connection, and log how the tab reconnects. Resolve to what came of it.
 * @param {ExperimentContext} context
 */
export async function drop({ inspector, connection, tab, log }) {
  const next_hello = inspector.next(isHello, 2 * TIMEOUT_MS)
  const { gen } = inspector
  log(
    _(
      "You cut the connection of generation %(gen)s. A page cannot pull a plug, so the browser closes it, and the tab is told what it would be told of a dead connection: 1006.",
      { gen },
    ),
  )
  connection().cut()
  log(
    _(
      "The tab waits for a random time of up to half a second, so that not all tabs come back at once. The cart stays usable meanwhile.",
    ),
  )
  const hello = await next_hello
  if (!hello) return _("No new connection yet: the tab keeps trying.")
  const { at, pend = [] } = hello.message
  log(
    ngettext(
      "Generation %(gen)s says hello: it holds position %(at)s and is waiting for %(num)s verdict.",
      "Generation %(gen)s says hello: it holds position %(at)s and is waiting for %(num)s verdicts.",
      pend.length,
      { gen: hello.message.gen, at: `${at}` },
    ),
  )
  const welcome = await inspector.next(isWelcome, TIMEOUT_MS)
  if (!welcome) return _("The shop has not answered yet: the tab keeps trying.")
  log(describeWelcome(welcome))
  await inspector.next(isState, TIMEOUT_MS)
  const { at: now } = tab.cart
  return now === at
    ? _("This is exactly the cart from before: %(now)s.", { now: `${now}` })
    : _("The cart has moved meanwhile, and this tab has it: %(now)s.", { now: `${now}` })
}

/**
 * Hold back all frames in both directions for `ms`. Resolve to what came of it.
 * @param {ExperimentContext} context
 * @param {number} ms
 */
export async function freeze({ connection, tab, log, sleep }, ms) {
  const frozen = connection()
  frozen.freeze()
  log(
    _(
      "Frozen for %(seconds)s s: nothing passes either way, and neither side has been told. Change something in your cart now, here or in another tab.",
      { seconds: ms / 1000 },
    ),
  )
  await sleep(ms)
  const waiting = tab.outbox.waiting.length
  const { incoming, outgoing } = frozen.thaw()
  log(
    ngettext(
      "Thawed. %(num)s operation waited here, shown but not saved.",
      "Thawed. %(num)s operations waited here, shown but not saved.",
      waiting,
    ),
  )
  if (connection() !== frozen)
    return _(
      "The connection was replaced meanwhile, so what it held was dropped: the new one has asked for the saved cart.",
    )
  return _(
    "Frames that could not be sent and were sent just now: %(outgoing)s. Frames that had arrived and were read just now, in order: %(incoming)s.",
    { outgoing, incoming },
  )
}

/**
 * Send `op` twice, with the same bytes and the same number, to show that it is idempotent. Resolve
 * to the two verdicts, if they came, and to what came of it.
 * @param {ExperimentContext} context
 * @param {Op & { sku: string }} op
 */
export async function twice({ inspector, connection, tab, log, sleep }, op) {
  if (tab.outbox.waiting.length)
    return { happened: _("A change is still being saved. Try again afterwards.") }
  const outbox = tab.outbox.id
  const before = lineState(tab, op.sku)
  const sent = inspector.next(isOp, TIMEOUT_MS)
  connection().duplicateNextOp()
  tab.submit(op)
  const n = (await sent)?.message.n
  if (!n) return { happened: _("It is waiting to be sent. Try again when the connection is open.") }
  log(_("Operation %(n)s is sent twice: the same number, the same bytes.", { n }))
  const verdicts = await nextTwo(inspector, (frame) => isVerdict(frame, n))
  if (!verdicts)
    return {
      happened: _("The verdicts have not arrived. The tab will send it again by itself."),
    }
  await sleep(SECOND_PATCH_MS)
  const after = lineState(tab, op.sku)
  const patches = inspector.frames.filter((frame) => isPatchOf(frame, outbox, n)).length
  const [first, second] = verdicts.map(({ text }) => text)
  log(
    first === second
      ? _("Two verdicts arrived, the same, byte for byte.")
      : _("Two verdicts arrived, and they differ."),
  )
  const happened = ngettext(
    "%(num)s patch arrived: %(before)s of this product in the cart before, %(after)s after; revision %(from)s before, %(to)s after.",
    "%(num)s patches arrived: %(before)s of this product in the cart before, %(after)s after; revision %(from)s before, %(to)s after.",
    patches,
    { before: before.qty, after: after.qty, from: before.rev, to: after.rev },
  )
  return { verdicts, happened }
}

/**
 * @param {Inspector} inspector
 * @param {(frame: CapturedFrame) => boolean} matches
 */
async function nextTwo(inspector, matches) {
  const first = await inspector.next(matches, TIMEOUT_MS)
  const second = first && (await inspector.next(matches, TIMEOUT_MS))
  return second && [first, second]
}

/**
 * @param {Tab} tab
 * @param {string} sku
 */
function lineState({ cart }, sku) {
  return { rev: cart.rev, qty: cart.lines.get(sku)?.qty ?? 0 }
}

/** @param {CapturedFrame} frame */
function isHello({ direction, message }) {
  return direction === "out" && message.t === "hello"
}

/** @param {CapturedFrame} frame */
function isWelcome({ message }) {
  return message.t === "welcome"
}

/** @param {CapturedFrame} frame */
function isState({ message }) {
  return message.t === "snapshot" || message.t === "prices"
}

/** @param {CapturedFrame} frame */
function isOp({ direction, message }) {
  return direction === "out" && message.t === "op"
}

/**
 * @param {CapturedFrame} frame
 * @param {number} n
 */
function isVerdict({ message }, n) {
  return (message.t === "ok" || message.t === "no") && message.n === n
}

/**
 * @param {CapturedFrame} frame
 * @param {string} outbox
 * @param {number} n
 */
function isPatchOf({ message }, outbox, n) {
  if (message.t !== "patch") return false
  return message.by.some((/** @type {Origin} */ by) => by.outbox === outbox && by.n === n)
}

/** @param {CapturedFrame} welcome */
function describeWelcome({ message: { mode, why, verdicts } }) {
  const { length } = verdicts
  if (mode === "same")
    return ngettext(
      "Welcome: the cart that you hold is current; %(num)s verdict had been waiting.",
      "Welcome: the cart that you hold is current; %(num)s verdicts had been waiting.",
      length,
    )
  return ngettext(
    "Welcome: here is the whole cart (%(why)s); %(num)s verdict had been waiting.",
    "Welcome: here is the whole cart (%(why)s); %(num)s verdicts had been waiting.",
    length,
    { why },
  )
}
