// The line of this tab, shown as it lives, and the third panel, which is asked over it.

/** @import { Bench, Closed, Passed, Spy } from "../types.d.ts" */

import { inMs } from "../figures.js"
import { Inspector, meaning } from "../inspector.js"
import { listen, socket, tab, world } from "../main.js"
import { Spied } from "../socket_proxy.js"
import { change, copy, every, set, the } from "./dom.js"
import { showFailure } from "./panels.js"

const PING_MS = 5000
const FIRST_PING = 1_000_000
const MOST_ROWS = 50

const root = the(".inspector")
const frames = the("[data-part=frames]")
const story = the("[data-part=story]")
const evidence = the("[data-part=evidence]")
const inspector = new Inspector({ now: world.now, after: world.after }, () => new Date())
const { open: openWire } = world
let line = /** @type {Spied | null} */ (null)
let pings = FIRST_PING
let is_due = false

world.open = () => {
  line = new Spied(openWire(), { passed, closed })
  return line
}

const bench = /** @type {Bench} */ ({
  inspector,
  line: () => line,
  tab,
  say,
  sleep: (ms) => new Promise((resolve) => world.after(ms, () => resolve())),
})

/** @type {Spy["passed"]} */
function passed(way, text) {
  showFrame(inspector.passed(way, text))
  showSoon()
}

/** @param {number} code */
function closed(code) {
  inspector.closed(code)
  showCloses()
  showSoon()
}

/** @param {Passed} frame */
function showFrame({ way, text, news, bytes, when }) {
  const row = copy("frame-row")
  const said = { when: time(when), way: way === "in" ? "from the shop" : "to the shop" }
  set(row, "textContent", { ...said, type: news.t, bytes: `${bytes} bytes`, text })
  row.dataset.way = way
  frames.prepend(row)
  for (const old of [...frames.children].slice(MOST_ROWS)) old.remove()
}

/** Once for each frame of the screen, however much has passed. */
function showSoon() {
  if (is_due) return
  is_due = true
  requestAnimationFrame(show)
}

function show() {
  is_due = false
  const { node, conn, gen, rtt } = inspector
  const { rev, at } = tab.cart
  const now = {
    state: isFrozen() ? "frozen" : socket.state,
    node,
    conn,
    tab: tab.id,
    at: at ?? "–",
  }
  const numbers = { gen: `${gen}`, rev: `${rev}`, waiting: `${tab.outbox.waiting.length}` }
  const facts = Object.entries({ ...now, ...numbers, rtt: inMs(rtt) })
  set(root, "textContent", Object.fromEntries(facts.map(([part, text]) => [`now-${part}`, text])))
  const is_idle = socket.state === "open" && !root.dataset.busy
  for (const button of every("[data-act]")) change(button, "aria-disabled", `${!is_idle}`)
}

function isFrozen() {
  return root.dataset.busy === "freeze"
}

function showCloses() {
  the("[data-part=no-closes]").hidden = inspector.closes.length > 0
  the("[data-part=closes]").replaceChildren(...inspector.closes.map(closeRow).reverse())
}

/** @param {Closed} closed */
function closeRow({ code, when, back_ms }) {
  const row = copy("close-row")
  const back = back_ms === undefined ? "not back yet" : `back after ${inMs(back_ms)}`
  set(row, "textContent", { when: time(when), code: `${code}`, meaning: `${meaning(code)},`, back })
  return row
}

function beginStory() {
  story.replaceChildren()
  evidence.hidden = true
}

/** @param {string} text */
function say(text) {
  const step = document.createElement("p")
  step.textContent = `${time(new Date())}  ${text}`
  story.append(step)
  story.scrollTop = story.scrollHeight
}

function ping() {
  if (document.hidden || isFrozen() || socket.state !== "open") return
  pings += 1
  socket.send({ t: "ping", id: pings })
}

/** @param {Date} when */
function time(when) {
  return when.toTimeString().slice(0, 8) + `.${when.getMilliseconds()}`.padEnd(4, "0")
}

/**
 * @param {string} name
 * @param {(button: HTMLElement) => Promise<unknown>} act
 */
function onAct(name, act) {
  for (const button of every(`[data-act=${name}]`)) {
    button.addEventListener("click", async () => {
      if (button.ariaDisabled === "true") return refuse(name)
      root.dataset.busy = name
      if (name !== "ask") beginStory()
      show()
      await act(button)
      delete root.dataset.busy
      show()
    })
  }
}

/** @param {string} name */
function refuse(name) {
  const why = root.dataset.busy ? "Wait until this is over." : "The line is not open just now."
  if (name === "ask") showFailure("held", why)
  else say(why)
}

/** @param {"drop" | "freeze" | "twice"} name */
function onExperiment(name) {
  onAct(name, async (button) => {
    const experiments = await import("./experiments.js").catch(() => null)
    if (experiments) await experiments[name](bench, button.dataset)
    else say("The shop could not be asked how to do this. Try again in a moment.")
  })
}

async function ask() {
  try {
    const { askOverLine } = await import("./live_panel.js")
    await askOverLine(inspector, () => socket.send({ t: "resync" }))
  } catch {
    showFailure("held", "No answer came. Try again once the line is open.")
  }
}

onExperiment("drop")
onExperiment("freeze")
onExperiment("twice")
onAct("ask", ask)
listen((news) => {
  if (news.t === "welcome") {
    ping()
    showCloses()
  }
  showSoon()
})
setInterval(ping, PING_MS)
setInterval(show, PING_MS / 5)
for (const part of every("[data-live], [data-plain]")) part.hidden = !part.hidden
// What was opened before this page could look at it is opened again.
if (socket.state !== "stopped") socket.start()
