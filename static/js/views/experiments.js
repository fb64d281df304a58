// The experiments, as the buttons of the page ask for them, and what they leave there.

/** @import { Bench, Op } from "../types.d.ts" */

import * as experiments from "../experiments.js"
import { set, the } from "./dom.js"

const root = the(".inspector")
const evidence = the("[data-part=evidence]")

export const { drop } = experiments

/** @param {Bench} bench */
export function freeze(bench) {
  return experiments.freeze(bench, Number(root.dataset.freezeMs))
}

/**
 * @param {Bench} bench
 * @param {DOMStringMap} button
 */
export async function twice(bench, { sku = "", price }) {
  const op = /** @type {Op & { sku: string }} */ ({
    k: "line.add",
    sku,
    qty: 1,
    seen: Number(price),
  })
  const verdicts = (await experiments.twice(bench, op)) ?? []
  evidence.hidden = !verdicts.length
  const texts = verdicts.map(({ text }, at) => [`verdict-${at + 1}`, text])
  set(root, "textContent", Object.fromEntries(texts))
}
