// Whether keyboard shortcuts are on: a setting of this browser.

const NAME = "keys"

export function areShortcutsOn() {
  return localStorage.getItem(NAME) !== "off"
}

/** @param {boolean} are_on */
export function setShortcutsOn(are_on) {
  localStorage.setItem(NAME, are_on ? "on" : "off")
}
