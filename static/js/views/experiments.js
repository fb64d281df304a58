// Runs what a button of the lesson does, one at a time, and shows how it goes: an experiment on the
// connection, or the request of the third panel. What it exchanges is drawn in the button's diagram.

/** @import { ExperimentContext, InspectorContext, TrialContext } from "../types.d.ts" */

import * as experiments from "../experiments.js"
import { _ } from "../i18n.js"
import { formatTime } from "../inspector.js"
import { query, setParts } from "./dom.js"
import { requestOverSocket } from "./live_panel.js"
import { showFailure } from "./panels.js"
import { Recording } from "./recording.js"
import { Sequence } from "./sequence.js"
import * as trials from "./trials.js"

const root = query(".inspector")
const story = query("[data-part=story]")
const evidence = query("[data-part=evidence]")

/**
 * What the button of each action does. Most resolve to what happened, in a sentence.
 * @type {Record<string, (context: TrialContext, button: HTMLElement) => Promise<unknown>>}
 */
const ACTIONS = { ...trials, ask, drop: experiments.drop, freeze, twice }
/** Those that draw their diagram themselves, when they know in which order it happened. */
const DRAWN_AFTERWARDS = new Set(["held"])

/**
 * @param {HTMLElement} button
 * @param {InspectorContext} context
 */
export async function press(button, context) {
  const { act = "" } = button.dataset
  if (button.ariaDisabled === "true") return explainDisabled(act)
  root.dataset.busy = act
  if (act !== "ask") clearStory()
  context.show()
  await run(act, button, context)
  delete root.dataset.busy
  context.show()
}

/**
 * @param {string} act
 * @param {HTMLElement} button
 * @param {InspectorContext} context
 */
async function run(act, button, context) {
  const list = document.querySelector(`[data-sequence=${act}]`)
  const sequence = new Sequence(list instanceof HTMLElement ? list : document.createElement("ol"))
  const recording = DRAWN_AFTERWARDS.has(act) ? null : new Recording(context.inspector, sequence)
  sequence.clear()
  try {
    const happened = await ACTIONS[act]?.({ ...context, log, sequence, op: opOf(button) }, button)
    if (typeof happened === "string") tell(act, happened)
  } catch {
    tell(act, _("No answer came. Try again when the connection is open."))
  }
  recording?.stop()
}

/**
 * Say what happened beside what was promised, or in the log.
 * @param {string} act
 * @param {string} happened
 */
function tell(act, happened) {
  setParts(document, "textContent", { [`happened-${act}`]: happened })
  if (happened) log(happened)
}

/**
 * Return the op that adds the product of a button.
 * @param {HTMLElement} button
 */
function opOf({ dataset: { sku = "", price } }) {
  return /** @type {TrialContext["op"]} */ ({ k: "line.add", sku, qty: 1, seen: Number(price) })
}

/** @param {string} act */
function explainDisabled(act) {
  const reason = root.dataset.busy
    ? _("Wait until this has finished.")
    : _("The connection is not open at the moment.")
  if (act === "ask") showFailure("held", reason)
  else log(reason)
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

/** @param {ExperimentContext} context */
async function ask({ inspector, send }) {
  try {
    await requestOverSocket(inspector, () => send({ t: "resync" }))
  } catch {
    showFailure("held", _("No answer came. Try again when the connection is open."))
  }
}

/** @param {ExperimentContext} context */
function freeze(context) {
  return experiments.freeze(context, Number(root.dataset.freezeMs))
}

/** @param {TrialContext} context */
async function twice(context) {
  const { verdicts = [], happened } = (await experiments.twice(context, context.op)) ?? {}
  evidence.hidden = !verdicts.length
  const texts = verdicts.map(({ text }, at) => [`verdict-${at + 1}`, text])
  setParts(root.ownerDocument, "textContent", Object.fromEntries(texts))
  return happened
}
