// What can be done to a line to see what becomes of it; each tells its story as it goes.

/** @import { Inspector } from "./inspector.js" */
/** @import { Tab } from "./tab.js" */
/** @import { Bench, Op, Passed } from "./types.d.ts" */

import { counted } from "./strings.js"

const PATIENCE_MS = 15_000
const AFTERMATH_MS = 400

/**
 * Cut the line, and watch the tab come back.
 * @param {Bench} bench
 */
export async function drop({ inspector, line, tab, say }) {
  const coming = inspector.next(isHello, 2 * PATIENCE_MS)
  const { gen } = inspector
  say(
    `You cut the line of generation ${gen}. A page cannot pull a plug: the browser closes it behind our back, and the tab hears what it would hear from a dead one, 1006.`,
  )
  line().cut()
  say(
    "The tab waits for a random while of up to half a second, so that no crowd comes back at once. The cart stays usable meanwhile.",
  )
  const hello = await coming
  if (!hello) return say("No new connection yet: the tab goes on trying.")
  const { at, pend = [] } = hello.news
  say(
    `Generation ${hello.news.gen} says hello: it holds position ${at}, and waits for ${counted(pend.length, "verdict")}.`,
  )
  const welcome = await inspector.next(isWelcome, PATIENCE_MS)
  if (!welcome) return say("The shop has not answered yet: the tab goes on trying.")
  say(told(welcome))
  await inspector.next(isState, PATIENCE_MS)
  const { at: now } = tab.cart
  say(
    now === at
      ? `This is exactly the cart from before: ${now}.`
      : `The cart has moved meanwhile, and this tab has it: ${now}.`,
  )
}

/**
 * Let nothing through for a while, either way.
 * @param {Bench} bench
 * @param {number} ms
 */
export async function freeze({ line, tab, say, sleep }, ms) {
  const frozen = line()
  frozen.freeze()
  say(
    `Frozen for ${ms / 1000} s: nothing passes, either way, and nobody has been told. Change something in your cart now, here or in another tab.`,
  )
  await sleep(ms)
  const waiting = tab.outbox.waiting.length
  const { come, go } = frozen.thaw()
  say(`Thawed. ${counted(waiting, "operation")} waited here, shown but not saved.`)
  say(
    `${counted(go, "frame")} could not go and went just now; ${counted(come, "frame")} had come and were read just now, in their order.`,
  )
  if (line() !== frozen)
    say(
      "The line was replaced meanwhile, so what it held went with it: the new one has asked for the truth.",
    )
}

/**
 * Send one op twice, the same bytes under the same number; returns its verdicts as they came.
 * @param {Bench} bench
 * @param {Op & { sku: string }} op
 */
export async function twice({ inspector, line, tab, say, sleep }, op) {
  if (tab.outbox.waiting.length) return void say("Something waits to be saved. Try again then.")
  const outbox = tab.outbox.id
  const before = state(tab, op.sku)
  const sent = inspector.next(isOp, PATIENCE_MS)
  line().stutter()
  tab.ask(op)
  const n = (await sent)?.news.n
  if (!n) return void say("It waits to be sent. Try again once the line is open.")
  say(`Operation ${n} goes out twice: the same number, the same bytes.`)
  const verdicts = await both(inspector, (frame) => isVerdict(frame, n))
  if (!verdicts) return void say("The verdicts have not come. The tab sends it again by itself.")
  await sleep(AFTERMATH_MS)
  const after = state(tab, op.sku)
  const patches = inspector.frames.filter((frame) => isPatchOf(frame, outbox, n)).length
  const [first, second] = verdicts.map(({ text }) => text)
  say(`Two verdicts came, ${first === second ? "the same, byte for byte" : "and they differ"}.`)
  say(
    `${patches === 1 ? "One patch" : `${patches} patches`} came: ${before.qty} in the cart before, ${after.qty} after; revision ${before.rev} before, ${after.rev} after.`,
  )
  return verdicts
}

/**
 * @param {Inspector} inspector
 * @param {(frame: Passed) => boolean} is_it
 */
async function both(inspector, is_it) {
  const first = await inspector.next(is_it, PATIENCE_MS)
  const second = first && (await inspector.next(is_it, PATIENCE_MS))
  return second && [first, second]
}

/**
 * @param {Tab} tab
 * @param {string} sku
 */
function state({ cart }, sku) {
  return { rev: cart.rev, qty: cart.lines.get(sku)?.qty ?? 0 }
}

/** @param {Passed} frame */
function isHello({ way, news }) {
  return way === "out" && news.t === "hello"
}

/** @param {Passed} frame */
function isWelcome({ news }) {
  return news.t === "welcome"
}

/** @param {Passed} frame */
function isState({ news }) {
  return news.t === "snapshot" || news.t === "prices"
}

/** @param {Passed} frame */
function isOp({ way, news }) {
  return way === "out" && news.t === "op"
}

/**
 * @param {Passed} frame
 * @param {number} n
 */
function isVerdict({ news }, n) {
  return (news.t === "ok" || news.t === "no") && news.n === n
}

/**
 * @param {Passed} frame
 * @param {string} outbox
 * @param {number} n
 */
function isPatchOf({ news }, outbox, n) {
  return news.t === "patch" && news.by.outbox === outbox && news.by.n === n
}

/** @param {Passed} welcome */
function told({ news }) {
  const verdicts = `${counted(news.verdicts.length, "verdict")} had been waiting`
  if (news.mode === "same") return `Welcome: the cart that you hold is current; ${verdicts}.`
  return `Welcome: here is the whole cart (${news.why}); ${verdicts}.`
}
