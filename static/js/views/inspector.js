// The inspector of the page that explains the shop: shows this tab's connection as it changes, runs
// the experiments, and serves the third panel.

/** @import { CapturedFrame, ExperimentContext } from "../types.d.ts" */
/** @import { ProxyObserver } from "../types.d.ts" */

import { formatMs, formatTime } from "../format.js"
import { Inspector } from "../inspector.js"
import { addMessageListener, socket, socket_deps, tab } from "../main.js"
import { SocketProxy } from "../socket_proxy.js"
import { cloneTemplate, query, queryAll, setParts, setProperty } from "./dom.js"
import { showFailure } from "./panels.js"

const PING_MS = 5000
/** Larger than any ping of the socket itself, so that their pongs are not confused. */
const FIRST_PING = 1_000_000
const MAX_ROWS = 50

const root = query(".inspector")
const frames = query("[data-part=frames]")
const story = query("[data-part=story]")
const evidence = query("[data-part=evidence]")
const inspector = new Inspector(socket_deps, () => new Date())
const { open: openWebSocket } = socket_deps
let proxy = /** @type {SocketProxy | null} */ (null)
let pings = FIRST_PING
let is_show_scheduled = false

socket_deps.open = () => {
  proxy = new SocketProxy(openWebSocket(), { onFrame, onClose })
  return proxy
}

const context = /** @type {ExperimentContext} */ ({
  inspector,
  connection: () => proxy,
  tab,
  log,
  sleep: (ms) => new Promise((resolve) => socket_deps.after(ms, () => resolve())),
})

/** @type {ProxyObserver["onFrame"]} */
function onFrame(direction, text) {
  showFrame(inspector.addFrame(direction, text))
  scheduleShow()
}

/** @param {number} code */
function onClose(code) {
  inspector.addClose(code)
  showCloses()
  scheduleShow()
}

/** @param {CapturedFrame} frame */
function showFrame({ direction, text, message, bytes, when }) {
  const row = cloneTemplate("frame-row")
  const way = direction === "in" ? "from the shop" : "to the shop"
  const texts = { when: formatTime(when), way, type: message.t, bytes: `${bytes} bytes`, text }
  setParts(row, "textContent", texts)
  row.dataset.way = direction
  frames.prepend(row)
  for (const old of [...frames.children].slice(MAX_ROWS)) old.remove()
}

/** Call `show` once in the next animation frame, however many events come before it. */
function scheduleShow() {
  if (is_show_scheduled) return
  is_show_scheduled = true
  requestAnimationFrame(show)
}

function show() {
  is_show_scheduled = false
  const { node, conn, gen, rtt } = inspector
  const { rev, at } = tab.cart
  setParts(root, "textContent", {
    "now-state": isFrozen() ? "frozen" : socket.state,
    "now-node": node,
    "now-conn": conn,
    "now-tab": tab.id,
    "now-at": at ?? "–",
    "now-gen": `${gen}`,
    "now-rev": `${rev}`,
    "now-waiting": `${tab.outbox.waiting.length}`,
    "now-rtt": formatMs(rtt),
  })
  const is_idle = socket.state === "open" && !root.dataset.busy
  for (const button of queryAll("[data-act]")) setProperty(button, "aria-disabled", `${!is_idle}`)
}

function isFrozen() {
  return root.dataset.busy === "freeze"
}

/**
 * Show the list of closes. Its script is loaded with the first welcome, before there is a close.
 */
async function showCloses() {
  const closes = await import("./closes.js").catch(() => null)
  closes?.showCloses(inspector.closes)
}

function clearStory() {
  story.replaceChildren()
  evidence.hidden = true
}

/** @param {string} text */
function log(text) {
  const step = document.createElement("p")
  step.textContent = `${formatTime(new Date())}  ${text}`
  story.append(step)
  story.scrollTop = story.scrollHeight
}

/** Measure the round trip, while the page is visible. */
function ping() {
  if (document.hidden || isFrozen() || socket.state !== "open") return
  pings += 1
  socket.send({ t: "ping", id: pings })
}

/**
 * Have the buttons of an action call `act`, one at a time.
 * @param {string} name
 * @param {(button: HTMLElement) => Promise<unknown>} act
 */
function onAction(name, act) {
  for (const button of queryAll(`[data-act=${name}]`)) {
    button.addEventListener("click", async () => {
      if (button.ariaDisabled === "true") return explainDisabled(name)
      root.dataset.busy = name
      if (name !== "ask") clearStory()
      show()
      await act(button)
      delete root.dataset.busy
      show()
    })
  }
}

/** @param {string} name */
function explainDisabled(name) {
  const reason = root.dataset.busy ? "Wait until this is over." : "The line is not open just now."
  if (name === "ask") showFailure("held", reason)
  else log(reason)
}

/** @param {"drop" | "freeze" | "twice"} name */
function onExperiment(name) {
  onAction(name, async (button) => {
    const experiments = await import("./experiments.js").catch(() => null)
    if (experiments) await experiments[name](context, button.dataset)
    else log("The shop could not be asked how to do this. Try again in a moment.")
  })
}

async function requestCart() {
  try {
    const { requestOverSocket } = await import("./live_panel.js")
    await requestOverSocket(inspector, () => socket.send({ t: "resync" }))
  } catch {
    showFailure("held", "No answer came. Try again once the line is open.")
  }
}

onExperiment("drop")
onExperiment("freeze")
onExperiment("twice")
onAction("ask", requestCart)
addMessageListener((message) => {
  if (message.t === "welcome") {
    ping()
    showCloses()
  }
  scheduleShow()
})
setInterval(ping, PING_MS)
setInterval(show, PING_MS / 5)
for (const part of queryAll("[data-live], [data-plain]")) part.hidden = !part.hidden
// A connection that main.js opened before this module ran has no proxy: open another.
if (socket.state !== "stopped") socket.start()
