// Runs the experiments with the parameters of the page, and shows their results.

/** @import { ExperimentContext, Op } from "../types.d.ts" */

import * as experiments from "../experiments.js"
import { query, setParts } from "./dom.js"

const root = query(".inspector")
const evidence = query("[data-part=evidence]")

export const { drop } = experiments

/** @param {ExperimentContext} context */
export function freeze(context) {
  return experiments.freeze(context, Number(root.dataset.freezeMs))
}

/**
 * @param {ExperimentContext} context
 * @param {DOMStringMap} button  The data of the button: which product to add.
 */
export async function twice(context, { sku = "", price }) {
  const op = /** @type {Op & { sku: string }} */ ({
    k: "line.add",
    sku,
    qty: 1,
    seen: Number(price),
  })
  const verdicts = (await experiments.twice(context, op)) ?? []
  evidence.hidden = !verdicts.length
  const texts = verdicts.map(({ text }, at) => [`verdict-${at + 1}`, text])
  setParts(root, "textContent", Object.fromEntries(texts))
}
