// What one tab's line has carried, and what became of it.

/** @import { Closed, Passed, Time, Way } from "./types.d.ts" */

const MOST_FRAMES = 50
const MOST_CLOSES = 20
const SMALL = 126
const LARGE = 65_536
const MASK = 4

const MEANINGS = new Map([
  [1000, "this page hung up"],
  [1001, "the other side went away"],
  [1005, "closed without a word"],
  [1006, "the line broke"],
  [1007, "a frame was not UTF-8"],
  [1009, "a frame was too large"],
  [1011, "the server failed"],
  [1012, "the server restarts"],
  [1013, "the server is overloaded"],
  [4400, "a frame was malformed"],
  [4401, "no valid login"],
  [4406, "another version of the protocol"],
  [4408, "too slow"],
  [4409, "replaced by a newer connection of this tab"],
  [4410, "this login was ended"],
  [4411, "too many sockets of this account"],
  [4429, "too fast, again and again"],
  [4503, "the server gave this cart up"],
])

/** @param {number} code */
export function meaning(code) {
  return MEANINGS.get(code) ?? "unknown"
}

/**
 * How many bytes a text frame takes on the wire, its header included (RFC 6455 §5.2).
 * @param {string} text
 * @param {Way} way  What a browser sends is masked.
 */
export function bytesOf(text, way) {
  const { length } = new TextEncoder().encode(text)
  const size = length < SMALL ? 0 : length < LARGE ? 2 : 8
  return 2 + size + (way === "out" ? MASK : 0) + length
}

export class Inspector {
  /** The newest frames, oldest first. */
  frames = /** @type {Passed[]} */ ([])
  closes = /** @type {Closed[]} */ ([])
  gen = 0
  node = ""
  conn = ""
  rtt = Number.NaN
  #pinged_at = new Map()
  #waiting = /** @type {Set<(frame: Passed) => void>} */ (new Set())
  #time
  #clock

  /**
   * @param {Time} time
   * @param {() => Date} clock
   */
  constructor(time, clock) {
    this.#time = time
    this.#clock = clock
  }

  /**
   * @param {Way} way
   * @param {string} text
   */
  passed(way, text) {
    const news = JSON.parse(text)
    const frame = { way, text, news, bytes: bytesOf(text, way), when: this.#clock() }
    this.frames = [...this.frames, frame].slice(-MOST_FRAMES)
    this.#learn(frame)
    for (const see of [...this.#waiting]) see(frame)
    return frame
  }

  /** @param {number} code */
  closed(code) {
    const at = this.#time.now()
    this.closes = [...this.closes, { code, when: this.#clock(), at }].slice(-MOST_CLOSES)
  }

  /**
   * The next frame that passes and is what is waited for; null if none does in time.
   * @param {(frame: Passed) => boolean} is_it
   * @param {number} patience_ms
   * @returns {Promise<Passed | null>}
   */
  next(is_it, patience_ms) {
    return new Promise((resolve) => {
      /** @param {Passed | null} frame */
      const settle = (frame) => {
        this.#waiting.delete(see)
        callOff()
        resolve(frame)
      }
      /** @param {Passed} frame */
      const see = (frame) => is_it(frame) && settle(frame)
      const callOff = this.#time.after(patience_ms, () => settle(null))
      this.#waiting.add(see)
    })
  }

  /** @param {Passed} frame */
  #learn({ way, news }) {
    const now = this.#time.now()
    if (way === "out" && news.t === "hello") this.gen = news.gen
    if (way === "out" && news.t === "ping") this.#pinged_at.set(news.id, now)
    if (news.t === "pong" && this.#pinged_at.has(news.id)) {
      this.rtt = now - this.#pinged_at.get(news.id)
      this.#pinged_at.clear()
    }
    if (news.t !== "welcome") return
    this.node = news.node
    this.conn = news.conn
    for (const close of this.closes) close.back_ms ??= now - close.at
  }
}
