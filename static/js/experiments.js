// Experiments on the connection of a tab. Each logs what happens as it goes on.

/** @import { Inspector } from "./inspector.js" */
/** @import { Tab } from "./tab.js" */
/** @import { CapturedFrame, ExperimentContext, Op } from "./types.d.ts" */

import { pluralize } from "./strings.js"

const TIMEOUT_MS = 15_000
/** A second patch, if there were one, would come within this time. */
const SECOND_PATCH_MS = 400

/**
 * Cut the connection, and log how the tab reconnects.
 * @param {ExperimentContext} context
 */
export async function drop({ inspector, connection, tab, log }) {
  const next_hello = inspector.next(isHello, 2 * TIMEOUT_MS)
  const { gen } = inspector
  log(
    `You cut the line of generation ${gen}. A page cannot pull a plug: the browser closes it behind our back, and the tab hears what it would hear from a dead one, 1006.`,
  )
  connection().cut()
  log(
    "The tab waits for a random while of up to half a second, so that no crowd comes back at once. The cart stays usable meanwhile.",
  )
  const hello = await next_hello
  if (!hello) return log("No new connection yet: the tab goes on trying.")
  const { at, pend = [] } = hello.message
  log(
    `Generation ${hello.message.gen} says hello: it holds position ${at}, and waits for ${pluralize(pend.length, "verdict")}.`,
  )
  const welcome = await inspector.next(isWelcome, TIMEOUT_MS)
  if (!welcome) return log("The shop has not answered yet: the tab goes on trying.")
  log(describeWelcome(welcome))
  await inspector.next(isState, TIMEOUT_MS)
  const { at: now } = tab.cart
  log(
    now === at
      ? `This is exactly the cart from before: ${now}.`
      : `The cart has moved meanwhile, and this tab has it: ${now}.`,
  )
}

/**
 * Hold back all frames in both directions for `ms`.
 * @param {ExperimentContext} context
 * @param {number} ms
 */
export async function freeze({ connection, tab, log, sleep }, ms) {
  const frozen = connection()
  frozen.freeze()
  log(
    `Frozen for ${ms / 1000} s: nothing passes, either way, and nobody has been told. Change something in your cart now, here or in another tab.`,
  )
  await sleep(ms)
  const waiting = tab.outbox.waiting.length
  const { incoming, outgoing } = frozen.thaw()
  log(`Thawed. ${pluralize(waiting, "operation")} waited here, shown but not saved.`)
  log(
    `${pluralize(outgoing, "frame")} could not go and went just now; ${pluralize(incoming, "frame")} had come and were read just now, in their order.`,
  )
  if (connection() !== frozen)
    log(
      "The line was replaced meanwhile, so what it held went with it: the new one has asked for the truth.",
    )
}

/**
 * Send `op` twice, with the same bytes and the same number, to show that it is idempotent. Return
 * the two verdicts, or nothing if the experiment could not be done.
 * @param {ExperimentContext} context
 * @param {Op & { sku: string }} op
 */
export async function twice({ inspector, connection, tab, log, sleep }, op) {
  if (tab.outbox.waiting.length) return void log("Something waits to be saved. Try again then.")
  const outbox = tab.outbox.id
  const before = lineState(tab, op.sku)
  const sent = inspector.next(isOp, TIMEOUT_MS)
  connection().duplicateNextOp()
  tab.submit(op)
  const n = (await sent)?.message.n
  if (!n) return void log("It waits to be sent. Try again once the line is open.")
  log(`Operation ${n} goes out twice: the same number, the same bytes.`)
  const verdicts = await nextTwo(inspector, (frame) => isVerdict(frame, n))
  if (!verdicts) return void log("The verdicts have not come. The tab sends it again by itself.")
  await sleep(SECOND_PATCH_MS)
  const after = lineState(tab, op.sku)
  const patches = inspector.frames.filter((frame) => isPatchOf(frame, outbox, n)).length
  const [first, second] = verdicts.map(({ text }) => text)
  log(`Two verdicts came, ${first === second ? "the same, byte for byte" : "and they differ"}.`)
  log(
    `${patches === 1 ? "One patch" : `${patches} patches`} came: ${before.qty} in the cart before, ${after.qty} after; revision ${before.rev} before, ${after.rev} after.`,
  )
  return verdicts
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
  return message.t === "patch" && message.by.outbox === outbox && message.by.n === n
}

/** @param {CapturedFrame} welcome */
function describeWelcome({ message }) {
  const verdicts = `${pluralize(message.verdicts.length, "verdict")} had been waiting`
  if (message.mode === "same") return `Welcome: the cart that you hold is current; ${verdicts}.`
  return `Welcome: here is the whole cart (${message.why}); ${verdicts}.`
}
