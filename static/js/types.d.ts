// Types shared by the modules. Only the type checker reads this file; no page loads it.

import type { Inspector } from "./inspector.js"
import type { SocketProxy } from "./socket_proxy.js"
import type { Tab } from "./tab.js"

// The messages of `shop.cart.v1`, as docs/protocol.md describes them. What a tab sends:

export type Op =
  | { k: "line.add" | "line.set"; sku: string; qty: number; seen?: number }
  | { k: "line.accept"; sku: string; price: number }
  | { k: "line.save" | "line.unsave"; sku: string }
  | { k: "note.set"; text: string }
  | { k: "voucher.set"; code: string | null }
  | { k: "undo"; rev?: number }

export type Hello = {
  t: "hello"
  tab: string
  gen: number
  outbox: string
  at: string | null
  pend: number[]
}

export type ClientMessage =
  | Hello
  | (Op & { t: "op"; n: number })
  | { t: "watch"; skus: string[] }
  | { t: "resync" }
  | { t: "ping"; id: number }

// What a cart is made of; money is in minor units.

export type Product = { name: string; unit: string; slug: string; image: string; price: number }

export type LineState = "ok" | "price_rise" | "short" | "sold_out" | "gone"

export type Line = Product & {
  sku: string
  pos: number
  qty: number
  agreed: number
  stock: number | null
  state: LineState
}

export type Voucher = { code: string; label: string; state: string }

export type Totals = {
  count: number
  subtotal: number
  discount: number
  delivery: number
  total: number
  currency: string
}

export type WireCart = {
  lines: Line[]
  saved: Line[]
  note: string
  voucher: Voucher | null
  totals: Totals
}

type LineChanges = Record<string, Line | null>

// What the server sends.

export type Warning = { code: "clamped"; sku: string; asked: number; got: number }
export type Accepted = { t: "ok"; n: number; rev: number; warn?: Warning }
export type Rejection = { t: "no"; n: number; code: string; text: string; rev: number }
export type RetryLater = { t: "no"; n: number; code: "busy" | "rate"; retry_ms: number }
export type Verdict = Accepted | Rejection | RetryLater

export type Welcome = {
  t: "welcome"
  v: 1
  account: string
  node: string
  conn: string
  mode: "snapshot" | "same"
  why?: "first" | "bad" | "epoch" | "future" | "behind" | "fork"
  last: number
  verdicts: Verdict[]
  hb_ms: number
  session_left_ms: number
  limits: Record<string, number> & { inflight: number }
}

export type Snapshot = { t: "snapshot"; at: string; rev: number; cart: WireCart }

/** The cart in a page's HTML; `settled` says which ops of each outbox it contains. */
export type InitialCart = Omit<Snapshot, "t"> & { settled?: Settled }

/** The number of the newest op with a verdict, by outbox id. */
export type Settled = Readonly<Record<string, number>>

export type Patch = {
  t: "patch"
  prev: number
  rev: number
  at: string
  by: { tab: string | null; outbox: string | null; n: number | null; k: Op["k"] | "order" }
  lines: LineChanges
  saved?: LineChanges
  note?: string
  voucher?: Voucher | null
  totals: Totals
}

export type Price = { sku: string; price: number; stock: number | null }

export type Prices = {
  t: "prices"
  items: Price[]
  lines?: LineChanges
  saved?: LineChanges
  voucher?: Voucher | null
  totals?: Totals
}

export type ServerMessage =
  | Welcome
  | Snapshot
  | Patch
  | Prices
  | Verdict
  | { t: "need"; n: number }
  | { t: "tabs"; n: number }
  | { t: "order"; number: string; state: string }
  | { t: "pong"; id: number }
  | { t: "hb" }
  | { t: "auth"; session_left_ms: number }
  | { t: "drain"; open_after_ms: number; close_in_ms: number }

// cart.js and pending.js

/** Keyed by SKU, in the order of `pos`. */
export type Lines = ReadonlyMap<string, Line>

export type Cart = Readonly<{
  at: string | null
  rev: number
  /** Ops up to these numbers have been applied or rejected. */
  settled: Settled
  lines: Lines
  saved: Lines
  note: string
  voucher: Voucher | null
  totals: Totals
}>

/** Looks up a product that the page shows, for a line that the cart does not have yet. */
export type FindProduct = (sku: string) => Product | undefined

export type DisplayedCart = {
  lines: Line[]
  saved: Line[]
  note: string
  voucher: Voucher | null
  totals: Totals
  count: number
  /** SKUs of pending ops. */
  pending_skus: ReadonlySet<string>
  has_pending: boolean
}

// outbox.js and outbox_store.js

/** An op without a verdict; `since` is the wall-clock time at which it was submitted. */
export type PendingOp = { n: number; op: Op; since: number; sent: boolean }

/** The part of an outbox that outlives the page. */
export type OutboxRecord = { id: string; settled: number; waiting: PendingOp[] }

/** An outbox as it is stored; `born` is the wall-clock time of its creation. */
export type StoredOutbox = OutboxRecord & { born: number }

export type OutboxTable = {
  all: () => Promise<StoredOutbox[]>
  /** Delete and put in one transaction. */
  swap: (deleted: string[], added?: StoredOutbox) => Promise<unknown>
}

/** Resolves to a function that releases the lock, or to null if another tab holds it. */
export type AcquireLock = (name: string) => Promise<(() => void) | null>

export type ClaimedOutbox = { stored: StoredOutbox; release: () => void }

// socket.js and tab.js

export type ConnectionState =
  | "connecting"
  | "open"
  | "waiting"
  | "resting"
  | "offline"
  | "stopped"

/** The part of a WebSocket that is used, so that tests and the inspector can stand in for it. */
export type WebSocketLike = Pick<
  WebSocket,
  "send" | "close" | "onopen" | "onmessage" | "onclose"
>

/** A WebSocket with the times of its newest message and of its welcome. */
export type Connection = {
  ws: WebSocketLike
  received_at: number
  welcome_at: number
  cancelTimeout: () => void
}

/** Calls `act` after `ms`; returns a function that cancels the call. */
export type After = (ms: number, act: () => void) => () => void

export type Timers = {
  /** Monotonic milliseconds. */
  now: () => number
  after: After
}

/** `random` returns a number in [0, 1), for jitter. */
export type SocketDeps = Timers & { open: () => WebSocketLike; random: () => number }

export type SocketHandlers = {
  hello: (gen: number) => ClientMessage
  onMessage: (message: ServerMessage) => void
  onClose: (code: number) => void
  onStateChange: () => void
}

export type TabDeps = Timers & {
  uuid: () => string
  /** Wall-clock milliseconds. */
  clock: () => number
  isOpen: () => boolean
  send: (message: ClientMessage) => void
  restart: () => void
  /**
   * Save the outbox of this tab. Its record is read when the save begins, not when it is called.
   */
  save: (outbox: { record: OutboxRecord }) => Promise<unknown>
  /** Save another outbox in its place. */
  replace: (record: OutboxRecord) => Promise<unknown>
}

export type TabHandlers = {
  onChange: () => void
  /** `before` is the cart before the message; `op` is the op that a verdict is about. */
  onMessage: (message: ServerMessage, before: Cart, op?: Op) => void
  onForeignAccount: () => void
}

/** `op` is the op that a verdict is about. */
export type MessageListener = (message: ServerMessage, op?: Op) => void

/** A text about the connection, and the label of the button that helps; null if all is well. */
export type StatusMessage = {
  text: string
  act?: "Use it here" | "Load again" | "Sign in"
} | null

// socket_proxy.js, inspector.js and their page

export type Direction = "in" | "out"

export type ProxyObserver = {
  onFrame: (direction: Direction, text: string) => void
  onClose: (code: number) => void
}

/** A frame that was sent or received; `message` is its parsed text. */
export type CapturedFrame = {
  direction: Direction
  text: string
  // biome-ignore lint/suspicious/noExplicitAny: any message, whose fields are read one by one
  message: any
  bytes: number
  when: Date
}

/** `back_ms` is the time until the next welcome. */
export type CapturedClose = { code: number; when: Date; at: number; back_ms?: number }

export type PanelKind = "stateless" | "session" | "held"

/** What one request cost; NaN where nothing was measured. */
export type RequestCost = {
  queries: number
  rows: number
  bytes_out: number
  bytes_in: number
  database_ms: number
  server_ms: number
  trip_ms: number
}

/** What an experiment works with. */
export type ExperimentContext = {
  inspector: Inspector
  /** The newest connection. */
  connection: () => SocketProxy
  tab: Tab
  log: (text: string) => void
  sleep: (ms: number) => Promise<void>
}
