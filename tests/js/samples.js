// The samples of messages that the Python tests read as well.

/** @import { ClientMessage, Line, ServerMessage } from "../../static/js/types.d.ts" */

import { readFileSync } from "node:fs"

/** @type {{ client: Record<string, ClientMessage>, server: Record<string, ServerMessage> }} */
export const samples = JSON.parse(
  readFileSync(new URL("../protocol/samples.json", import.meta.url), "utf8"),
)

/**
 * Return the sample message of the server under `name`, which must be of type `t`.
 * @template {ServerMessage["t"]} T
 * @param {string} name
 * @param {T} t
 * @returns {Extract<ServerMessage, { t: T }>}
 */
export function serverSample(name, t) {
  const message = samples.server[name]
  if (message?.t !== t) throw new Error(`${name} is not of type ${t}`)
  return /** @type {Extract<ServerMessage, { t: T }>} */ (message)
}

/**
 * Return a line of the snapshot that has one of every state.
 * @param {string} sku
 * @param {Partial<Line>} [differences]
 * @returns {Line}
 */
export function lineOf(sku, differences = {}) {
  const { lines, saved } = serverSample("snapshot_of_every_state", "snapshot").cart
  const found = [...lines, ...saved].find((line) => line.sku === sku)
  if (!found) throw new Error(`no sample has ${sku}`)
  return { ...found, ...differences }
}
