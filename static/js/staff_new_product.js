// The form of a new product: how its card will look while it is typed, and pictures found by words.

import { money } from "./strings.js"
import { query, queryAll, setParts } from "./views/dom.js"

const form = /** @type {HTMLFormElement} */ (query("form.staff-new"))
const preview = query("[data-part=preview]", form)
const picture = /** @type {HTMLImageElement} */ (query("[data-part=picture]", preview))
const wanted = /** @type {HTMLInputElement} */ (query("#find-picture", form))
const minor_units = 10 ** Number(document.body.dataset.decimals)

function showPreview() {
  const typed = new FormData(form)
  const text = (/** @type {string} */ name) => `${typed.get(name) ?? ""}`
  const price = Number(text("price") || NaN)
  const parts = { name: text("name"), unit: text("unit") }
  setParts(preview, "textContent", {
    ...parts,
    price: price >= 0 ? money(price * minor_units) : "",
  })
  query("[data-part=plate]", preview).className = `plate plate-${text("category")}`
  const chosen = form.querySelector("[name=image]:checked + img")
  if (chosen instanceof HTMLImageElement) picture.src = chosen.src
  picture.hidden = !chosen
}

/** Show the pictures whose words have what is sought in them, and the chosen one. */
function findPictures() {
  const sought = wanted.value.trim().toLowerCase()
  for (const label of queryAll(".staff-picture", form)) {
    const is_found = label.textContent?.toLowerCase().includes(sought)
    label.hidden = !is_found && !label.querySelector(":checked")
  }
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (event.key === "Enter") event.preventDefault()
}

for (const part of queryAll("[data-needs-script]", form)) delete part.dataset.needsScript
form.addEventListener("input", showPreview)
form.addEventListener("change", showPreview)
wanted.addEventListener("input", findPictures)
wanted.addEventListener("keydown", onKey)
showPreview()
findPictures()
