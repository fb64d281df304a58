// Draws the frames of this tab's connection, and its closes, in a diagram as they come.

/** @import { CapturedClose, CapturedFrame, Message } from "../types.d.ts" */
/** @import { Inspector } from "../inspector.js" */
/** @import { Sequence } from "./sequence.js" */

import { closeMeaning } from "../close_codes.js"

/** Frames that come by themselves, and explain nothing. */
const NOISE = new Set(["ping", "pong", "hb", "watch", "auth"])
const WAIT_MS = 1000

/**
 * Return the message of a frame between a tab in lane `tab` and the server in lane 2.
 * @param {CapturedFrame} frame
 * @param {number} [ms]
 * @returns {Message}
 */
export function frameMessage({ direction, message, text, bytes }, tab = 1, ms = undefined) {
  const detail = message.k ?? message.mode ?? message.code ?? ""
  const number = message.n ? ` ${message.n}` : ""
  const label = `${message.t}${number} ${detail}`.trim()
  const way = direction === "out" ? `${tab}-2` : `2-${tab}`
  return { way, label, text, bytes, ms }
}

export class Recording {
  #inspector
  #sequence
  #drawn = /** @type {Set<CapturedFrame | CapturedClose>} */ (new Set())
  #asked_at = Number.NaN
  #is_over = false

  /**
   * @param {Inspector} inspector
   * @param {Sequence} sequence
   */
  constructor(inspector, sequence) {
    this.#inspector = inspector
    this.#sequence = sequence
    for (const each of [...inspector.frames, ...inspector.closes]) this.#drawn.add(each)
    this.#run()
  }

  /** Draw what is left, and stop. */
  stop() {
    this.#draw()
    this.#is_over = true
  }

  async #run() {
    while (!this.#is_over) {
      await this.#inspector.next(() => true, WAIT_MS)
      if (!this.#is_over) this.#draw()
    }
  }

  #draw() {
    const { frames, closes } = this.#inspector
    const fresh = [...frames, ...closes].filter((each) => !this.#drawn.has(each))
    for (const each of fresh.sort((a, b) => a.when.getTime() - b.when.getTime())) {
      this.#drawn.add(each)
      if ("code" in each) this.#sequence.add(closeMessage(each))
      else if (!NOISE.has(each.message.t)) this.#sequence.add(this.#timed(each))
    }
  }

  /**
   * Return the message of a frame; one that came in has the time since the newest that went out.
   * @param {CapturedFrame} frame
   */
  #timed(frame) {
    const now = performance.now()
    const is_answer = frame.direction === "in" && !Number.isNaN(this.#asked_at)
    const ms = is_answer ? now - this.#asked_at : undefined
    if (frame.direction === "out") this.#asked_at = now
    return frameMessage(frame, 1, ms)
  }
}

/**
 * @param {CapturedClose} close
 * @returns {Message}
 */
function closeMessage({ code }) {
  return { way: "1-1", label: `${code}`, text: closeMeaning(code) }
}
