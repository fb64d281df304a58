// Captures the frames and closes of a tab's connections, derives facts from them, and formats them.

/** @import { CapturedClose, CapturedFrame, Direction, Timers } from "./types.d.ts" */

const MAX_FRAMES = 50
const MAX_CLOSES = 20
/** From this length on the frame header has 2 more bytes, and from `LENGTH_64` on 8 more. */
const LENGTH_16 = 126
const LENGTH_64 = 65_536
const MASK_BYTES = 4

/**
 * Return the bytes of a text frame, with its header (RFC 6455 §5.2).
 * @param {string} text
 * @param {Direction} direction  Frames that a browser sends are masked.
 */
export function frameBytes(text, direction) {
  const { length } = new TextEncoder().encode(text)
  const extended = length < LENGTH_16 ? 0 : length < LENGTH_64 ? 2 : 8
  return 2 + extended + (direction === "out" ? MASK_BYTES : 0) + length
}

export class Inspector {
  /** The newest frames, oldest first. */
  frames = /** @type {CapturedFrame[]} */ ([])
  closes = /** @type {CapturedClose[]} */ ([])
  /** The generation in the newest hello. */
  gen = 0
  node = ""
  conn = ""
  /** The newest round trip of a ping, in ms. */
  rtt = Number.NaN
  #pinged_at = new Map()
  #waiters = /** @type {Set<(frame: CapturedFrame) => void>} */ (new Set())
  #timers
  #clock

  /**
   * @param {Timers} timers
   * @param {() => Date} clock
   */
  constructor(timers, clock) {
    this.#timers = timers
    this.#clock = clock
  }

  /**
   * @param {Direction} direction
   * @param {string} text
   */
  addFrame(direction, text) {
    const message = JSON.parse(text)
    const bytes = frameBytes(text, direction)
    const frame = { direction, text, message, bytes, when: this.#clock() }
    this.frames = [...this.frames, frame].slice(-MAX_FRAMES)
    this.#update(frame)
    for (const waiter of [...this.#waiters]) waiter(frame)
    return frame
  }

  /** @param {number} code */
  addClose(code) {
    const at = this.#timers.now()
    this.closes = [...this.closes, { code, when: this.#clock(), at }].slice(-MAX_CLOSES)
  }

  /**
   * Resolve to the next frame that `matches`, or to null if none comes in time.
   * @param {(frame: CapturedFrame) => boolean} matches
   * @param {number} timeout_ms
   * @returns {Promise<CapturedFrame | null>}
   */
  next(matches, timeout_ms) {
    return new Promise((resolve) => {
      /** @param {CapturedFrame | null} frame */
      const settle = (frame) => {
        this.#waiters.delete(waiter)
        cancelTimeout()
        resolve(frame)
      }
      /** @param {CapturedFrame} frame */
      const waiter = (frame) => matches(frame) && settle(frame)
      const cancelTimeout = this.#timers.after(timeout_ms, () => settle(null))
      this.#waiters.add(waiter)
    })
  }

  /** @param {CapturedFrame} frame */
  #update({ direction, message }) {
    const now = this.#timers.now()
    if (direction === "out" && message.t === "hello") this.gen = message.gen
    if (direction === "out" && message.t === "ping") this.#pinged_at.set(message.id, now)
    if (message.t === "pong" && this.#pinged_at.has(message.id)) {
      this.rtt = now - this.#pinged_at.get(message.id)
      this.#pinged_at.clear()
    }
    if (message.t !== "welcome") return
    this.node = message.node
    this.conn = message.conn
    for (const close of this.closes) close.back_ms ??= now - close.at
  }
}

/**
 * Format milliseconds with about three digits.
 * @param {number} ms
 */
export function formatMs(ms) {
  if (Number.isNaN(ms)) return "–"
  return `${ms.toFixed(ms < 10 ? 2 : ms < 100 ? 1 : 0)} ms`
}

/**
 * Format a time of day with milliseconds.
 * @param {Date} when
 */
export function formatTime(when) {
  return when.toTimeString().slice(0, 8) + `.${when.getMilliseconds()}`.padEnd(4, "0")
}
