// The people who share a cart, as one of them sees them.

/** @import { Household, Patch, Person } from "./types.d.ts" */

import { helperName } from "./helper.js"

/** They turn the direction of the text around a name. */
const DIRECTIONS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/**
 * What others did in a patch: who, by their names; what the newest of it was, and as which revision.
 * @typedef {{ names: string[], newest: Patch["by"][number], rev: number, count: number }} Foreign
 */

export class People {
  /** Everybody but the reader. */
  others
  /** The reader may use the list of what is saved for later. */
  may_save
  /** The reader's own; undefined for the owner. */
  role
  #account
  #owner
  #names

  /**
   * @param {Household} household
   * @param {string} account  Of the reader.
   */
  constructor({ people, shares_saved }, account) {
    this.#account = account
    this.#owner = people[0]?.account ?? ""
    this.#names = new Map(people.map((one) => [one.account, one.name.replace(DIRECTIONS, "")]))
    this.others = people.filter((one) => one.account !== account).map((one) => this.#shown(one))
    this.role = people.find((one) => one.account === account)?.role
    this.may_save = !this.role || (this.role === "edit" && shares_saved)
  }

  /** The name of the owner; empty if that is the reader. */
  get owner() {
    return this.#owner === this.#account ? "" : this.nameOf(this.#owner)
  }

  /**
   * Return whether the reader made it; `by` is absent for the owner of the cart.
   * @param {string} [by]
   */
  isReader(by = this.#owner) {
    return by === this.#account
  }

  /**
   * Return the name of who made it, also of who helps from the shop; empty if that one has left.
   * @param {string} [by]
   */
  nameOf(by = this.#owner) {
    return this.#names.get(by) ?? helperName(by)
  }

  /**
   * Return what others did in `patch`; null if it was the reader alone.
   * @param {Patch} patch
   * @returns {Foreign | null}
   */
  othersIn({ prev, by }) {
    const foreign = by.filter(
      ({ k, account }) => k !== "household" && k !== "help" && !this.isReader(account),
    )
    const newest = foreign.at(-1)
    if (!newest) return null
    const names = [...new Set(foreign.map((one) => this.nameOf(one.account)))]
    return { names, newest, rev: prev + by.indexOf(newest) + 1, count: foreign.length }
  }

  /** @param {Person} person */
  #shown({ account, here = [] }) {
    return { name: this.nameOf(account), here: new Set(here) }
  }
}
