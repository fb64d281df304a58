// Writes what each request of the lesson cost: in its panel, and in the table that compares them.

/** @import { PanelKind, RequestCost } from "../types.d.ts" */

import { median } from "../figures.js"
import { _ } from "../i18n.js"
import { formatMs } from "../inspector.js"
import { query, setParts } from "./dom.js"

/** Round trips in ms, by panel, for the median. */
const round_trips = new Map()

/**
 * Show the answer to a request, and its cost.
 * @param {PanelKind} kind
 * @param {string} answer
 * @param {RequestCost} cost
 */
export function showCost(kind, answer, cost) {
  const { queries, rows, bytes_out, bytes_in, trip_ms } = cost
  round_trips.set(kind, [...(round_trips.get(kind) ?? []), trip_ms])
  const values = {
    queries: `${queries}`,
    rows: `${rows}`,
    bytes_out: `${bytes_out}`,
    bytes_in: `${bytes_in}`,
    database: queries ? formatMs(cost.database_ms) : _("nothing"),
    trip: formatMs(trip_ms),
  }
  const panel = query(`[data-kind=${kind}]`)
  setParts(panel, "textContent", { ...values, server: formatMs(cost.server_ms), answer })
  const row = {
    ...values,
    median: formatMs(median(round_trips.get(kind))),
    tries: `${round_trips.get(kind).length}`,
  }
  const cells = Object.entries(row).map(([part, text]) => [`${kind}-${part}`, text])
  setParts(document, "textContent", Object.fromEntries(cells))
}
