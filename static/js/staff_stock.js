// Finding a product by its barcode: a scanner types it, whatever has the focus, and a camera reads it
// where the browser can.

import { query } from "./views/dom.js"

const FORMATS = ["ean_13", "ean_8", "upc_a"]
const LOOK_EVERY_MS = 150

const field = /** @type {HTMLInputElement} */ (query("#code"))
const button = /** @type {HTMLButtonElement} */ (query("[data-part=scan]"))
const camera = query("[data-part=camera]")
const status = query("[data-part=scan-status]")
const video = /** @type {HTMLVideoElement} */ (query("[data-part=video]", camera))

/** @type {MediaStream | undefined} */
let stream

/** A key that a scanner types goes into the field, unless another one has the focus. */
/** @param {KeyboardEvent} event */
function onKey(event) {
  const is_field =
    event.target instanceof Element && event.target.matches("input, select, textarea")
  if (is_field || event.ctrlKey || event.metaKey || event.altKey || !/^[0-9]$/.test(event.key))
    return
  field.value = ""
  field.focus()
}

async function start() {
  status.textContent = ""
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } })
  } catch {
    status.textContent = button.dataset.refused ?? ""
    return
  }
  video.srcObject = stream
  camera.hidden = false
  query("[data-part=stop]", camera).focus()
  // It is ended before it has begun if the camera is stopped at once.
  video.play().catch(() => {})
  look(new BarcodeDetector({ formats: FORMATS }))
}

/** @param {BarcodeDetector} detector */
async function look(detector) {
  if (!stream) return
  const [found] = await detector.detect(video).catch(() => [])
  if (!found) {
    setTimeout(look, LOOK_EVERY_MS, detector)
    return
  }
  stop()
  field.value = found.rawValue
  field.form?.requestSubmit()
}

function stop() {
  for (const track of stream?.getTracks() ?? []) track.stop()
  stream = undefined
  video.srcObject = null
  camera.hidden = true
}

function stopAndReturn() {
  stop()
  button.focus()
}

if ("BarcodeDetector" in globalThis && navigator.mediaDevices) {
  button.hidden = false
  button.addEventListener("click", start)
  query("[data-part=stop]", camera).addEventListener("click", stopAndReturn)
  addEventListener("pagehide", stop)
}
document.addEventListener("keydown", onKey)
