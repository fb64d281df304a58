// The demo's stand-ins: throw-away accounts that play another visitor's part in a pane.

import { closeMeaning } from "../close_codes.js"
import { PREFIX } from "../i18n.js"

const ABNORMAL = 1006,
  NO_CONTENT = 204
const LESSON = "/api/how-it-works"

/**
 * Send what a stand-in is to do. Resolve to the answer, whose `detail` says why it was refused.
 * @param {string} act
 * @param {object} body
 */
export function act(act, body = {}) {
  return post(`${LESSON}/${act}`, body)
}

/**
 * Begin a stand-in, or go on with the one of this browser.
 * @param {"shopper" | "helper"} role
 */
export function begin(role) {
  return act("stand-in", { role })
}

/**
 * @param {string} path
 * @param {object} body
 * @returns {Promise<any>}
 */
export async function post(path, body = {}) {
  const headers = { "Content-Type": "application/json" }
  const request = { method: "POST", headers, body: JSON.stringify(body), keepalive: true }
  const answer = await fetch(PREFIX + path, request).catch(() => null)
  if (!answer) return { detail: closeMeaning(ABNORMAL) }
  return answer.status === NO_CONTENT ? {} : await answer.json()
}
