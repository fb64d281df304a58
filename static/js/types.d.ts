// What is passed around, for the type checker alone: no page loads this file.

import type { Inspector } from "./inspector.js"
import type { Spied } from "./socket_proxy.js"
import type { Tab } from "./tab.js"

// The wire, `shop.cart.v1`; protocol.md says what each word means. What a tab may ask:

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

export type Frame =
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

// What the shop tells.

export type Warn = { code: "clamped"; sku: string; asked: number; got: number }
export type Ok = { t: "ok"; n: number; rev: number; warn?: Warn }
export type No = { t: "no"; n: number; code: string; text: string; rev: number }
export type NotNow = { t: "no"; n: number; code: "busy" | "rate"; retry_ms: number }
export type Verdict = Ok | No | NotNow

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

/** What a page is sent with: `settled` says how far it got with each outbox. */
export type CartNow = Omit<Snapshot, "t"> & { settled?: Settled }

/** The newest number that has a verdict, by outbox. */
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

export type News =
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
  /** Ops up to there are in it, or were refused. */
  settled: Settled
  lines: Lines
  saved: Lines
  note: string
  voucher: Voucher | null
  totals: Totals
}>

/** What the page says about a product that is not in the cart. */
export type Known = (sku: string) => Product | undefined

export type Shown = {
  lines: Line[]
  saved: Line[]
  note: string
  voucher: Voucher | null
  totals: Totals
  count: number
  /** SKUs that an op waits for. */
  touched: ReadonlySet<string>
  /** Whether any op waits at all. */
  waits: boolean
}

// outbox.js and outbox_store.js

export type Waiting = { n: number; op: Op; since: number; sent: boolean }

/** What of an outbox outlives the page. */
export type Kept = { id: string; settled: number; waiting: Waiting[] }

export type Row = Kept & { born: number }

export type Rows = {
  all: () => Promise<Row[]>
  /** Take some away and put another in: both or neither. */
  swap: (gone: string[], come?: Row) => Promise<unknown>
}

/** Resolves to how to let go, or to null where another tab holds it. */
export type Lock = (name: string) => Promise<(() => void) | null>

export type Found = { row: Row; letGo: () => void }

// socket.js and tab.js

export type State = "connecting" | "open" | "waiting" | "resting" | "offline" | "stopped"

export type Wire = Pick<WebSocket, "send" | "close" | "onopen" | "onmessage" | "onclose">

/** A connection, and when it spoke last and was welcomed. */
export type Call = { wire: Wire; heard_at: number; welcome_at: number; unwatch: () => void }

/** Do something in so many ms; returns how to call it off. */
export type After = (ms: number, act: () => void) => () => void

export type Time = {
  /** Milliseconds that no one sets back. */
  now: () => number
  after: After
}

export type SocketWorld = Time & { open: () => Wire; chance: () => number }

export type SocketListener = {
  hello: (gen: number) => Frame
  heard: (news: News) => void
  closed: (code: number) => void
  changed: () => void
}

export type TabWorld = Time & {
  uuid: () => string
  clock: () => number
  isOpen: () => boolean
  send: (frame: Frame) => void
  restart: () => void
  /** Store the outbox of this tab, as it is when its turn comes. */
  keep: (outbox: { kept: Kept }) => Promise<unknown>
  /** Store another outbox in its place. */
  replace: (kept: Kept) => Promise<unknown>
}

export type TabListener = {
  changed: () => void
  /** `op` is what a verdict is about. */
  told: (news: News, before: Cart, op?: Op) => void
  stranger: () => void
}

/** `op` is what a verdict is about. */
export type Listen = (news: News, op?: Op) => void

/** What is to be said about the connection, and what can be done about it. */
export type Said = { text: string; act?: "Use it here" | "Load again" | "Sign in" } | null

// socket_proxy.js, inspector.js and the page that they belong to

export type Way = "in" | "out"

/** Is told what passes over a wire. */
export type Spy = { passed: (way: Way, text: string) => void; closed: (code: number) => void }

/** A frame that has passed; `news` is what it says, whoever said it. */
export type Passed = {
  way: Way
  text: string
  // biome-ignore lint/suspicious/noExplicitAny: any frame, looked at field by field
  news: any
  bytes: number
  when: Date
}

/** `back_ms`: how long it took until the next welcome. */
export type Closed = { code: number; when: Date; at: number; back_ms?: number }

export type Kind = "stateless" | "session" | "held"

/** NaN where nothing was measured. */
export type Figures = {
  queries: number
  rows: number
  bytes_out: number
  bytes_in: number
  database_ms: number
  server_ms: number
  trip_ms: number
}

/** What an experiment needs. */
export type Bench = {
  inspector: Inspector
  /** The newest wire. */
  line: () => Spied
  tab: Tab
  say: (text: string) => void
  sleep: (ms: number) => Promise<void>
}
