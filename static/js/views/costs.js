// What each request of the lesson cost, in its panel and side by side.

/** @import { Figures, Kind } from "../types.d.ts" */

import { inMs, median } from "../figures.js"
import { set, the } from "./dom.js"

const trips = new Map()

/**
 * Show what a request was answered and what it cost.
 * @param {Kind} kind
 * @param {string} said
 * @param {Figures} figures
 */
export function showFigures(kind, said, figures) {
  const { queries, rows, bytes_out, bytes_in, trip_ms } = figures
  trips.set(kind, [...(trips.get(kind) ?? []), trip_ms])
  const told = {
    queries: `${queries}`,
    rows: `${rows}`,
    bytes_out: `${bytes_out}`,
    bytes_in: `${bytes_in}`,
    database: queries ? inMs(figures.database_ms) : "nothing",
    trip: inMs(trip_ms),
  }
  const panel = the(`[data-kind=${kind}]`)
  set(panel, "textContent", { ...told, server: inMs(figures.server_ms), answer: said })
  const row = { ...told, median: inMs(median(trips.get(kind))), tries: `${trips.get(kind).length}` }
  const named = Object.entries(row).map(([part, text]) => [`${kind}-${part}`, text])
  set(document, "textContent", Object.fromEntries(named))
}
