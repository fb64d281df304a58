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
  delete camera.dataset.needsScript
  query("[data-part=stop]", camera).focus()
  await video.play()
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
  camera.dataset.needsScript = ""
}

function stopAndReturn() {
  stop()
  button.focus()
}

if ("BarcodeDetector" in globalThis && navigator.mediaDevices) {
  delete button.dataset.needsScript
  button.addEventListener("click", start)
  query("[data-part=stop]", camera).addEventListener("click", stopAndReturn)
  addEventListener("pagehide", stop)
}
document.addEventListener("keydown", onKey)
