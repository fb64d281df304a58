// What the shop is doing, asked for again every second while somebody looks.

/** @typedef {{ most: string, now: string[], lines: string[] }} Plot */
/**
 * @typedef {object} Figures
 * @property {string} at
 * @property {Record<string, string>} gauges
 * @property {Record<string, Plot>} plots
 * @property {Record<string, string>} verdicts
 */

import { every, set, the } from "./views/dom.js"

const EVERY_MS = 1000
const PATIENCE_MS = 5000

const place = the("[data-figures]")
const news = the("[data-part=news]", place)
let seen = the("time", news).textContent ?? ""

async function look() {
  if (!document.hidden) await ask()
  setTimeout(look, EVERY_MS)
}

async function ask() {
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS)
    const answer = await fetch("/staff/live.json", { signal })
    if (answer.ok) show(await answer.json())
    else news.textContent = `The shop no longer tells; you see ${seen}. Sign in again.`
  } catch {
    news.textContent = `The shop does not answer; you see ${seen}. Trying again.`
  }
}

/** @param {Figures} figures */
function show({ at, gauges, plots, verdicts }) {
  seen = `${at.slice(11, 19)} UTC`
  news.textContent = `As of ${seen}, on this server.`
  set(place, "textContent", gauges)
  const counts = Object.entries(verdicts).map(([code, times]) => [`verdict-${code}`, times])
  set(place, "textContent", Object.fromEntries(counts))
  for (const figure of every("[data-plot]", place)) {
    const plot = plots[figure.dataset.plot ?? ""]
    if (plot) draw(figure, plot)
  }
}

/**
 * @param {HTMLElement} figure
 * @param {Plot} plot
 */
function draw(figure, { most, now, lines }) {
  const named = now.map((value, line) => [`now-${line}`, value])
  set(figure, "textContent", { most, ...Object.fromEntries(named) })
  for (const path of figure.querySelectorAll("path")) {
    path.setAttribute("d", lines[Number(path.dataset.line)] ?? "")
  }
}

setTimeout(look, EVERY_MS)
