// The modules of static/js import each other without circles.

import assert from "node:assert/strict"
import { readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { test } from "node:test"
import { fileURLToPath } from "node:url"

const ROOT = fileURLToPath(new URL("../../static/js", import.meta.url))
/** Static and dynamic imports, and exports from another module; types in comments are left out. */
const IMPORTS = /^(?:import|export)\b[^"'()]*["'](\.[^"']+)["']|\bimport\(\s*["'](\.[^"']+)["']/gm

/** @typedef {ReadonlyMap<string, readonly string[]>} Graph  The modules that each one imports. */

/** @returns {Graph} */
function graphOfModules() {
  const files = readdirSync(ROOT, { encoding: "utf8", recursive: true })
  const names = files.filter((name) => name.endsWith(".js"))
  return new Map(names.map((name) => [name, importsOf(name)]))
}

/** @param {string} name */
function importsOf(name) {
  const source = readFileSync(join(ROOT, name), "utf8")
  const found = [...source.matchAll(IMPORTS)].map((match) => match[1] ?? match[2] ?? "")
  return found.map((path) => join(dirname(name), path))
}

/**
 * Return the first circle that is found from `name`, as a path that ends where it begins.
 * @param {Graph} graph
 * @param {string} name
 * @param {readonly string[]} [path]
 * @returns {readonly string[] | null}
 */
function circleFrom(graph, name, path = []) {
  if (path.includes(name)) return [...path.slice(path.indexOf(name)), name]
  for (const next of graph.get(name) ?? []) {
    const circle = circleFrom(graph, next, [...path, name])
    if (circle) return circle
  }
  return null
}

test("no module imports itself by way of others", () => {
  const graph = graphOfModules()

  assert.deepEqual([...graph.keys()].map((name) => circleFrom(graph, name)).filter(Boolean), [])
})

test("every imported module exists, static and dynamic imports both are followed", () => {
  const graph = graphOfModules()
  const missing = [...graph.values()].flat().filter((name) => !graph.has(name))

  assert.deepEqual(missing, [])
  assert.ok(graph.get("tab.js")?.includes("outbox.js"))
  assert.ok(graph.get("shortcuts.js")?.includes(join("views", "keys.js")))
})

test("a circle is found wherever it begins", () => {
  const graph = new Map([
    ["main.js", ["a.js"]],
    ["a.js", ["b.js"]],
    ["b.js", ["a.js"]],
  ])

  assert.deepEqual(circleFrom(graph, "main.js"), ["a.js", "b.js", "a.js"])
  assert.deepEqual(circleFrom(graph, "b.js"), ["b.js", "a.js", "b.js"])
  assert.equal(circleFrom(new Map([["a.js", []]]), "a.js"), null)
})
