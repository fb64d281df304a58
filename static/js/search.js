// The search field. The script of its suggestions is loaded once the field has the focus.

const field = document.querySelector("[role=search] input")

function load() {
  import("./views/suggestions.js").catch(() => {})
}

if (field) {
  field.role = "combobox"
  field.setAttribute("aria-autocomplete", "list")
  field.setAttribute("aria-expanded", "false")
  field.addEventListener("focus", load)
  if (field === document.activeElement) load()
}
