// The staff dashboard: figures of the running server, fetched every second while the page is
// visible.

/**
 * A plot: the text of its largest value, and of each line the newest value and its SVG path.
 * @typedef {{ most: string, now: string[], lines: string[] }} Plot
 */
/**
 * @typedef {object} Figures
 * @property {string} at
 * @property {Record<string, string>} gauges
 * @property {Record<string, Plot>} plots
 * @property {Record<string, string>} verdicts
 */

import { query, queryAll, setParts } from "./views/dom.js"

const INTERVAL_MS = 1000
const TIMEOUT_MS = 5000

const root = query("[data-figures]")
const status = query("[data-part=news]", root)
/** The time of the figures on the page. */
let shown_at = query("time", status).textContent ?? ""

async function poll() {
  if (!document.hidden) await refresh()
  setTimeout(poll, INTERVAL_MS)
}

async function refresh() {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    const response = await fetch("/staff/live.json", { signal })
    if (response.ok) show(await response.json())
    else status.textContent = `The shop no longer tells; you see ${shown_at}. Sign in again.`
  } catch {
    status.textContent = `The shop does not answer; you see ${shown_at}. Trying again.`
  }
}

/** @param {Figures} figures */
function show({ at, gauges, plots, verdicts }) {
  shown_at = `${at.slice(11, 19)} UTC`
  status.textContent = `As of ${shown_at}, on this server.`
  setParts(root, "textContent", gauges)
  const counts = Object.entries(verdicts).map(([code, times]) => [`verdict-${code}`, times])
  setParts(root, "textContent", Object.fromEntries(counts))
  for (const figure of queryAll("[data-plot]", root)) {
    const plot = plots[figure.dataset.plot ?? ""]
    if (plot) draw(figure, plot)
  }
}

/**
 * @param {HTMLElement} figure
 * @param {Plot} plot
 */
function draw(figure, { most, now, lines }) {
  const newest = now.map((value, line) => [`now-${line}`, value])
  setParts(figure, "textContent", { most, ...Object.fromEntries(newest) })
  for (const path of figure.querySelectorAll("path")) {
    path.setAttribute("d", lines[Number(path.dataset.line)] ?? "")
  }
}

setTimeout(poll, INTERVAL_MS)
