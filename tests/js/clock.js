// A clock that only moves when it is told to.

export class Clock {
  #now = 1000
  /** @type {{ at: number, act: () => void }[]} */
  #waiting = []

  now = () => this.#now

  /**
   * @param {number} ms
   * @param {() => void} act
   */
  after = (ms, act) => {
    const one = { at: this.#now + ms, act }
    this.#waiting.push(one)
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== one)
    }
  }

  /**
   * Let `ms` pass, and do what falls due on the way.
   * @param {number} ms
   */
  pass(ms) {
    const end = this.#now + ms
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#now = next.at
      this.#waiting = this.#waiting.filter((other) => other !== next)
      next.act()
    }
    this.#now = end
  }

  /** @param {number} end */
  #next(end) {
    const due = this.#waiting.filter((one) => one.at <= end)
    return due.sort((a, b) => a.at - b.at)[0]
  }
}
