// Frames of `shop.cart.v1` as text; types.d.ts spells out what is in them.

/** @import { Frame, News } from "./types.d.ts" */

/**
 * Only the shop talks to us.
 * @param {string} text
 * @returns {News}
 */
export function read(text) {
  return JSON.parse(text)
}

/** @param {Frame} frame */
export function write(frame) {
  return JSON.stringify(frame)
}
