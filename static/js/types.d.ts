// Types shared by the modules. Only the type checker reads this file; no page loads it.

import type { Inspector } from "./inspector.js"
import type { OutboxStore } from "./outbox_store.js"
import type { Socket } from "./socket.js"
import type { SocketProxy } from "./socket_proxy.js"
import type { Tab } from "./tab.js"
import type { Sequence } from "./views/sequence.js"

// The messages of `shop.cart.v2`, as docs/protocol.md describes them. What a tab sends:

export type Op =
  | { k: "line.add" | "line.set"; sku: string; qty: number; seen?: number }
  | { k: "line.accept"; sku: string; price: number }
  | { k: "line.save" | "line.unsave" | "line.discard"; sku: string }
  | { k: "note.set"; text: string }
  | { k: "voucher.set"; code: string | null }
  | { k: "undo"; rev?: number }
  | { k: "line.suggest"; sku: string; qty: number; seen?: number }
  | { k: "suggestion.accept"; sku: string; seen?: number }
  | { k: "suggestion.decline"; sku: string }

export type Hello = {
  t: "hello"
  tab: string
  gen: number
  outbox: string
  account: string
  language: string
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

export type Product = {
  name: string
  unit: string
  slug: string
  image: string
  category: string
  price: number
}

export type LineState = "ok" | "price_rise" | "short" | "sold_out" | "gone"

export type Line = Product & {
  sku: string
  pos: number
  qty: number
  agreed: number
  stock: number | null
  state: LineState
  hold?: "held" | "part" | "none" | "ended"
  others?: number
  limited?: true
  /** What a promotion of the product gives, and what it takes off the line. */
  deal?: string
  off?: number
  /** The account that put it there; absent for the owner of the cart. */
  by?: string
}

export type Voucher = { code: string; label: string; state: string }

export type Totals = {
  count: number
  subtotal: number
  discount: number
  delivery: number
  total: number
  currency: string
  /** What is added to prices that do not include it. */
  tax?: number
}

export type WireCart = {
  lines: Line[]
  saved: Line[]
  suggested?: Line[]
  note: string
  voucher: Voucher | null
  totals: Totals
}

type LineChanges = Record<string, Line | null>

// What the server sends.

export type Warning = { code: "clamped"; sku: string; asked: number; got: number }
export type Accepted = { t: "ok"; n: number; rev: number; warn?: Warning }
export type Rejection = {
  t: "no"
  n: number
  code: string
  args: string[]
  text: string
  rev: number
}
export type RetryLater = { t: "no"; n: number; code: "busy" | "rate"; retry_ms: number }
export type Verdict = Accepted | Rejection | RetryLater

export type Welcome = {
  t: "welcome"
  v: 2
  features: string[]
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
  /** The account of the owner of the cart, if it is another's. */
  cart?: string
  decimals?: number
}

export type Snapshot = { t: "snapshot"; at: string; rev: number; cart: WireCart }

/** The cart over HTTP; `account` is whose it is. */
export type FetchedCart = Snapshot & { account: string }

/** The cart in a page's HTML; `settled` says which ops of each outbox it contains. */
export type InitialCart = Omit<Snapshot, "t"> & { settled?: Settled }

/** The number of the newest op with a verdict, by outbox id. */
export type Settled = Readonly<Record<string, number>>

/**
 * What made a revision; `tab` is null over HTTP, all but `k` for an order. `account` is the member
 * of the household who did it; absent for the owner of the cart.
 */
export type Origin = {
  tab: string | null
  outbox: string | null
  n: number | null
  k: Op["k"] | "order" | "household" | "help"
  account?: string
}

/** What a commit changed; `by` has an entry for each revision after `prev`. */
export type Patch = {
  t: "patch"
  prev: number
  rev: number
  at: string
  by: Origin[]
  lines: LineChanges
  saved?: LineChanges
  suggested?: LineChanges
  note?: string
  voucher?: Voucher | null
  totals: Totals
}

export type Price = { sku: string; price: number; stock: number | null; held?: number; deal?: string }

export type Prices = {
  t: "prices"
  items: Price[]
  lines?: LineChanges
  saved?: LineChanges
  suggested?: LineChanges
  voucher?: Voucher | null
  totals?: Totals
}

/** A unit that is kept for the account, for `ms`; 0: no longer. */
export type Offer = {
  t: "offer"
  sku: string
  name: string
  unit: string
  price: number
  ms: number
}

/** Help by staff; `helper` and `name` are of who of them sees the cart, or saw it. */
export type Help = {
  t: "help"
  state: "waiting" | "on" | "over"
  helper?: string
  name?: string
  why?: "shopper" | "staff" | "shopper_left" | "staff_left" | "nobody_free" | "revoked"
}

export type Device = "phone" | "tablet" | "computer"

/** Somebody of a household: the owner, who has no role, or a member. */
export type Person = {
  account: string
  name: string
  role?: "edit" | "suggest"
  /** One for each tab that shows the cart. */
  here?: Device[]
}

/** Who shares the cart; the owner comes first. */
export type Household = { t: "household"; people: Person[]; shares_saved: boolean }

export type ServerMessage =
  | Welcome
  | Snapshot
  | FetchedCart
  | Patch
  | Prices
  | Verdict
  | { t: "need"; n: number }
  | { t: "tabs"; n: number }
  | Offer
  | Help
  | Household
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
  suggested: Lines
  note: string
  voucher: Voucher | null
  totals: Totals
}>

/** Looks up a product that the page shows, for a line that the cart does not have yet. */
export type FindProduct = (sku: string) => Product | undefined

export type DisplayedCart = {
  lines: Line[]
  saved: Line[]
  suggested: Line[]
  note: string
  voucher: Voucher | null
  totals: Totals
  /** Items that can be ordered: what `totals.count` will be. */
  count: number
  /** Items that are sold out or no longer sold: they are in the cart, and not counted. */
  unavailable: number
  /** SKUs of pending ops. */
  pending_skus: ReadonlySet<string>
  has_pending: boolean
}

// household.js

/** What is said of a cart that is shared, by what its messages say. */
export type HouseholdView = {
  /** Say what an op did; undefined where that is not said of shared carts only. */
  doneText: (op: Op, cart: Cart) => string | undefined
  /** Tell what others did; return whether it was others who made the changes. */
  tellOthers: (
    patch: Patch,
    before: Cart,
    cart: Cart,
    isOwn: (sku: string) => boolean,
  ) => boolean
}

// forms.js

export type CartFormDeps = {
  submit: (op: Op) => void
  isLive: () => boolean
  findLine: (sku: string) => Line | undefined
  announceQty: (line: Line | undefined, qty: number | null, sku: string) => void
}

// login_end.js and leaving.js

export type LoginEndDeps = {
  account: string
  socket: Pick<Socket, "start">
  tab: Pick<Tab, "unsaved">
  flushTyped: () => void
  /** Stop, and release the outbox for another tab. */
  end: () => void
  /** The same, and remove what the browser keeps for the account. */
  forgetAll: () => Promise<void>
}

export type LeavingDeps = {
  socket: Pick<Socket, "link" | "stop">
  tab: Tab
  store: OutboxStore
  flushTyped: () => void
  /** Remove what the browser keeps for the account. */
  clear: () => Promise<void>
  tellTabs: (message: string) => void
  setLeaving: (is_leaving: boolean) => void
}

// claims.js and page_life.js

export type ClaimsDeps = {
  store: OutboxStore
  tab: Tab
  socket: Pick<Socket, "state" | "start">
  /** Wall-clock milliseconds. */
  clock: () => number
  after: After
}

export type PageLifeDeps = {
  socket: Pick<Socket, "setOnline" | "setVisible" | "probe">
  tab: Pick<Tab, "unsaved">
  store: Pick<OutboxStore, "is_kept">
  /** Wall-clock milliseconds. */
  clock: () => number
  flushTyped: () => void
  begin: () => void
  end: () => void
  onTick: () => void
}

// outbox.js and outbox_store.js

/** An op without a verdict; `since` is the wall-clock time at which it was submitted. */
export type PendingOp = { n: number; op: Op; since: number; sent: boolean }

/** The part of an outbox that outlives the page. */
export type OutboxRecord = { id: string; settled: number; waiting: PendingOp[] }

/**
 * An outbox as it is stored; `born` is the wall-clock time of its creation, `cart` the account whose
 * cart it is for, absent for the own.
 */
export type StoredOutbox = OutboxRecord & { born: number; cart?: string }

export type OutboxTable = {
  all: () => Promise<StoredOutbox[]>
  /** Delete and put in one transaction; false if the browser refused. */
  swap: (deleted: string[], added?: StoredOutbox) => Promise<boolean>
}

/** The outboxes of an account: for its own cart, and for the carts that others share with it. */
export type OutboxTables = { own: OutboxTable; shared: OutboxTable }

/** Resolves to a function that releases the lock, or to null if another tab holds it. */
export type AcquireLock = (name: string) => Promise<(() => void) | null>

export type ClaimedOutbox = { stored: StoredOutbox; release: () => void }

// socket.js and tab.js

export type ConnectionState =
  | "connecting"
  | "open"
  /** No websocket can be opened, and the shop is reached over HTTP. */
  | "slow"
  | "waiting"
  | "resting"
  | "offline"
  | "stopped"

/** The part of a WebSocket that is used, so that tests and the inspector can stand in for it. */
export type WebSocketLike = Pick<
  WebSocket,
  "send" | "close" | "onopen" | "onmessage" | "onclose"
>

/** Calls `act` after `ms`; returns a function that cancels the call. */
export type After = (ms: number, act: () => void) => () => void

export type Timers = {
  /** Monotonic milliseconds. */
  now: () => number
  after: After
}

/** `random` returns a number in [0, 1), for jitter. A hidden tab rests after `hidden_ms`. */
export type SocketDeps = Timers & {
  open: () => WebSocketLike
  random: () => number
  hidden_ms?: number | undefined
}

/** Called with what ends a stream, and what to call when another tab takes its slot. */
type TakeSlot<More extends unknown[]> = (
  signal: AbortSignal,
  onLost: () => void,
  ...more: More
) => Promise<void>

/** `onOpen` is called once the stream has brought something, `onEnd` once it has ended. */
export type EventSocketDeps = {
  fetch: typeof fetch
  takeSlot: TakeSlot<[]>
  onOpen: () => void
  onEnd: () => void
}

/** `transport` opens the next connection. `show` says whether the page is live over events. */
export type EventsDeps = {
  socket_deps: Pick<SocketDeps, "hidden_ms">
  transport: { open: () => WebSocketLike }
  socket: Pick<Socket, "state" | "distrust" | "renew" | "replace" | "setVisible">
  takeSlot: TakeSlot<[may_steal: boolean]>
  fetch: typeof fetch
  after: After
  /** Wall-clock milliseconds. */
  clock: () => number
  uuid: () => string
  show: (is_live: boolean) => void
}

export type SocketHandlers = {
  hello: (gen: number) => ClientMessage
  onMessage: (message: ServerMessage) => void
  onClose: (code: number) => void
  onStateChange: () => void
}

export type TabDeps = Timers & {
  uuid: () => string
  /** The account of the owner of the cart, if it is another's; else empty. */
  cart: string
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

/** Ops as they are sent over HTTP. */
export type OpsRequest = { account: string; outbox: string; ops: (Op & { n: number })[] }

export type SlowLinkDeps = Timers & {
  random: () => number
  socket: Pick<Socket, "state" | "link" | "setSlow" | "stop" | "distrust" | "renew">
  tab: Pick<Tab, "cart" | "outbox" | "stale" | "takeForHttp" | "receive">
  fetch: typeof fetch
  /** Use an event stream as soon as its script is loaded. */
  useEvents: () => void
}

export type TabHandlers = {
  onChange: () => void
  /** `before` is the cart before the message; `op` is the op that a verdict is about. */
  onMessage: (message: ServerMessage, before: Cart, op?: Op) => void
  /** A message was for another account, or another cart; called with its close code. */
  onForeign: (code: number) => void
}

/** `op` is the op that a verdict is about. */
export type MessageListener = (message: ServerMessage, op?: Op) => void

/** A text about the connection, and the label of the button that helps; null if all is well. */
export type StatusMessage = {
  text: string
  act?: string
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

/** What the inspector gives to what is run on it. */
export type InspectorContext = {
  inspector: Inspector
  /** The newest connection. */
  connection: () => SocketProxy
  tab: Tab
  send: (message: ClientMessage) => void
  /** Show the state of the connection and of the buttons. */
  show: () => void
  sleep: (ms: number) => Promise<void>
}

/** What an experiment works with. */
export type ExperimentContext = InspectorContext & { log: (text: string) => void }

/** What a trial of the lesson works with; `op` adds one of a product at today's price. */
export type TrialContext = ExperimentContext & {
  sequence: Sequence
  op: { k: "line.add"; sku: string; qty: number; seen: number }
}

/** An SQL statement that the server made, without its parameters. */
export type Statement = { sql: string; rows: number; ms: number }

/** An arrow of a sequence diagram; `way` is from which lane to which, counted from 1, as "1-2". */
export type Message = {
  way: string
  label: string
  text: string
  bytes?: number | undefined
  ms?: number | undefined
}

// The service worker's global scope, which is no part of the types of the DOM.

type WorkerEvent = Event & { waitUntil(done: Promise<unknown>): void }

type RequestEvent = WorkerEvent & {
  request: Request
  preloadResponse: Promise<Response | undefined>
  respondWith(response: Promise<Response>): void
}

export type WorkerScope = {
  registration: ServiceWorkerRegistration
  skipWaiting(): Promise<void>
  addEventListener(type: "install" | "activate", listener: (event: WorkerEvent) => void): void
  addEventListener(type: "fetch", listener: (event: RequestEvent) => void): void
}

type OfflinePage = { language: string; prefix: string; path: string }

declare global {
  /** Reads barcodes in pictures (Shape Detection API); not every browser has it. */
  class BarcodeDetector {
    constructor(options: { formats: string[] })
    detect(picture: HTMLVideoElement): Promise<{ rawValue: string }[]>
  }
  /** What the service worker stores, and its version; the server writes it before the script. */
  const OFFLINE: { version: string; pages: OfflinePage[]; files: string[] }
}

export type PolicyFactory = {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): string }
}
