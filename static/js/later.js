// Modules that a page works without: they are loaded once it works, or once they are needed.

const LOAD_RETRY_MS = 2_000

/**
 * Load a module, and try it again while there is no connection.
 * @template Module
 * @param {() => Promise<Module>} load
 * @param {() => void} [onFailure]
 * @returns {Promise<Module>}
 */
export async function loadLater(load, onFailure) {
  try {
    return await load()
  } catch {
    onFailure?.()
    await new Promise((resolve) => setTimeout(resolve, LOAD_RETRY_MS))
    return loadLater(load, onFailure)
  }
}

/**
 * A module that is loaded with the first that it is to do, which waits for it.
 * @template Module
 */
export class Later {
  /** The module once it is loaded. */
  loaded = /** @type {Module | null} */ (null)
  #loading = /** @type {Promise<Module> | null} */ (null)
  #load

  /** @param {() => Promise<Module>} load */
  constructor(load) {
    this.#load = load
  }

  /**
   * Call `act` with it, as soon as it is there.
   * @param {(loaded: Module) => void} act
   */
  async run(act) {
    if (this.loaded) return act(this.loaded)
    this.#loading ??= this.#load()
    this.loaded = await this.#loading
    act(this.loaded)
  }
}
