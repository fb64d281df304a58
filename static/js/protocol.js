// Encoding and decoding of `shop.cart.v1` messages; types.d.ts describes them.

/** @import { ClientMessage, ServerMessage } from "./types.d.ts" */

/**
 * The server is trusted: its messages are parsed, not validated.
 * @param {string} text
 * @returns {ServerMessage}
 */
export function decode(text) {
  return JSON.parse(text)
}

/** @param {ClientMessage} message */
export function encode(message) {
  return JSON.stringify(message)
}
