// A clock that moves only in `pass`.

export class Clock {
  #now = 1000
  /** @type {{ at: number, act: () => void }[]} */
  #timers = []

  now = () => this.#now

  /**
   * @param {number} ms
   * @param {() => void} act
   */
  after = (ms, act) => {
    const timer = { at: this.#now + ms, act }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  /**
   * Let `ms` pass, and call the timers that fall due, in their order.
   * @param {number} ms
   */
  pass(ms) {
    const end = this.#now + ms
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#now = next.at
      this.#timers = this.#timers.filter((other) => other !== next)
      next.act()
    }
    this.#now = end
  }

  /** @param {number} end */
  #next(end) {
    const due = this.#timers.filter((timer) => timer.at <= end)
    return due.sort((a, b) => a.at - b.at)[0]
  }
}
