// The sound of a new order: off until it is switched on, and remembered in this browser.

import { isSet, keepSetting } from "./settings.js"

const SETTING = "staff-sound"
const TONES_HZ = [660, 880]
const TONE_S = 0.18
const LOUDNESS = 0.2

/** @type {AudioContext | undefined} */
let audio

/** Whether the sound is on; it is off where the browser keeps nothing. */
let is_on = isSet(SETTING, "on")

export function isSoundOn() {
  return is_on
}

/** @param {boolean} on */
export function setSound(on) {
  is_on = on
  keepSetting(SETTING, on ? "on" : "off")
}

/** Play two short tones. */
export function beep() {
  audio ??= new AudioContext()
  audio.resume()
  for (const [place, frequency] of TONES_HZ.entries()) {
    const tone = audio.createOscillator()
    const volume = audio.createGain()
    const begin = audio.currentTime + place * TONE_S
    tone.frequency.value = frequency
    volume.gain.setValueAtTime(LOUDNESS, begin)
    volume.gain.exponentialRampToValueAtTime(0.001, begin + TONE_S)
    tone.connect(volume).connect(audio.destination)
    tone.start(begin)
    tone.stop(begin + TONE_S)
  }
}

/**
 * Call `listener` with whether the sound is on and the browser waits for a first press before it
 * plays any.
 * @param {(is_blocked: boolean) => void} listener
 */
export function whenSoundBlocked(listener) {
  if (!is_on) return
  audio = new AudioContext()
  const context = audio
  const tell = () => listener(is_on && context.state === "suspended")
  context.addEventListener("statechange", tell)
  for (const name of ["pointerdown", "keydown"]) {
    addEventListener(name, () => context.resume(), { once: true })
  }
  tell()
}
