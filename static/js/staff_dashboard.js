// The staff dashboard: figures of the running server, fetched every second while the page is
// visible.

/**
 * A plot: the text of its largest value, and of each line the newest value and its SVG path.
 * @typedef {{ most: string, now: string[], lines: string[] }} Plot
 */
/**
 * @typedef {object} Figures
 * @property {string} clock  The time of day, as hh:mm:ss in the shop's time zone.
 * @property {Record<string, string>} gauges
 * @property {Record<string, Plot>} plots
 * @property {Record<string, string>} verdicts
 */

import { _, PREFIX } from "./i18n.js"
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
    // Without a use, the login ends as it would without this page.
    const headers = { "X-Background": "1" }
    const response = await fetch(`${PREFIX}/staff/live.json`, { signal, headers })
    if (response.ok) show(await response.json())
    else
      status.textContent = _(
        "The shop refuses to answer; figures are from %(shown_at)s. Sign in again.",
        { shown_at },
      )
  } catch {
    status.textContent = _(
      "The shop does not answer; figures are from %(shown_at)s. Trying again.",
      { shown_at },
    )
  }
}

/** @param {Figures} figures */
function show({ clock, gauges, plots, verdicts }) {
  shown_at = clock
  status.textContent = _("As of %(shown_at)s, on this server.", { shown_at })
  setParts(root, "textContent", gauges)
  for (const [code, times] of Object.entries(verdicts)) {
    const count = query(`[data-part="verdict-${code}"]`, root)
    count.textContent = times
    count.parentElement?.classList.toggle("is-none", times === "0")
  }
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
