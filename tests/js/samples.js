// The wire samples that the Python tests read too.

/** @import { Frame, Line, News } from "../../static/js/types.d.ts" */

import { readFileSync } from "node:fs"

/** @type {{ client: Record<string, Frame>, server: Record<string, News> }} */
export const samples = JSON.parse(
  readFileSync(new URL("../protocol/samples.json", import.meta.url), "utf8"),
)

/**
 * Return the sample that the shop tells under `name`, which must be of type `t`.
 * @template {News["t"]} T
 * @param {string} name
 * @param {T} t
 * @returns {Extract<News, { t: T }>}
 */
export function told(name, t) {
  const news = samples.server[name]
  if (news?.t !== t) throw new Error(`${name} is no ${t}`)
  return /** @type {Extract<News, { t: T }>} */ (news)
}

/**
 * Return a line of the snapshot that has one of every state.
 * @param {string} sku
 * @param {Partial<Line>} [differences]
 * @returns {Line}
 */
export function lineOf(sku, differences = {}) {
  const { lines, saved } = told("snapshot_of_every_state", "snapshot").cart
  const found = [...lines, ...saved].find((line) => line.sku === sku)
  if (!found) throw new Error(`no sample has ${sku}`)
  return { ...found, ...differences }
}
