// Requests over HTTP, without and with a cookie: what they cost, and their messages in a diagram.

/** @import { Message, PanelKind, Statement } from "../types.d.ts" */

import { responseBytes } from "../figures.js"
import { _, joined, PREFIX } from "../i18n.js"
import { showCost } from "./costs.js"
import { query } from "./dom.js"
import { Sequence } from "./sequence.js"
import { queryMessages } from "./statements.js"

const CREDENTIALS = /** @type {const} */ ({ stateless: "omit", session: "same-origin" })

/**
 * Ask so often; return why there is no answer, if so. Throws if the shop cannot be reached.
 * @param {PanelKind} kind
 * @param {number} times
 */
export async function ask(kind, times) {
  const way = kind === "session" ? kind : "stateless"
  const sequence = new Sequence(query(`[data-sequence=${kind}]`))
  sequence.clear()
  for (let asked = 0; asked < times; asked++) {
    const measured = await measure(`${PREFIX}/api/how-it-works/${way}`, CREDENTIALS[way])
    if (!measured) return _("The cookie no longer names a login. Sign in and ask again.")
    const text = way === "session" ? sessionText(measured.answer) : strangerText(measured.answer)
    showCost(kind, text, measured.cost)
    await sequence.play(messages(measured, text))
  }
  return null
}

/**
 * Make a request; return its answer and what it cost, or null if it needs a login.
 * @param {string} path
 * @param {RequestCredentials} credentials
 */
async function measure(path, credentials) {
  const started_at = performance.now()
  const response = await fetch(path, { credentials, cache: "no-store" })
  const body = await response.arrayBuffer()
  const trip_ms = performance.now() - started_at
  if (response.status === 401) return null
  if (!response.ok) throw new Error(`${response.status}`)
  const text = new TextDecoder().decode(body)
  const answer = JSON.parse(text)
  const length = Number(response.headers.get("content-length") ?? body.byteLength)
  const { queries, rows, ms: database_ms, server_ms, bytes_in: bytes_out } = answer
  const bytes_in = responseBytes(response.headers, response.statusText || "OK", length)
  const cost = { queries, rows, bytes_out, bytes_in, database_ms, server_ms, trip_ms }
  return { answer, text, cost }
}

/**
 * @param {NonNullable<Awaited<ReturnType<typeof measure>>>} measured
 * @param {string} said
 * @returns {Message[]}
 */
function messages({ answer, text, cost }, said) {
  const { statements, request } = /** @type {{ statements: Statement[], request: string }} */ (
    answer
  )
  return [
    { way: "1-2", label: _("Who am I?"), text: request, bytes: cost.bytes_out },
    ...queryMessages(statements),
    { way: "2-1", label: said, text, bytes: cost.bytes_in, ms: cost.trip_ms },
  ]
}

/** @param {{ who: string, cookie: string }} answer */
function strangerText({ who, cookie }) {
  const { dataset } = query("[data-kind=stateless] [data-part=answer]")
  const { who: before } = dataset
  dataset.who = who
  const hello =
    cookie === "none"
      ? _("“Hello, %(who)s.” Cookie: none.", { who })
      : _("“Hello, %(who)s.” Cookie: sent, but not read.", { who })
  return before ? joined(hello, _("A moment ago you were %(before)s.", { before })) : hello
}

/** @param {{ who: string, items: string, rev: number }} answer */
function sessionText({ who, items, rev }) {
  return _("“You are %(who)s, with %(items)s in your cart, at revision %(rev)s.”", {
    who,
    items,
    rev,
  })
}
