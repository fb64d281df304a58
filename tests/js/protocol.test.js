import assert from "node:assert/strict"
import { test } from "node:test"
import { decode, encode } from "../../static/js/protocol.js"
import { samples } from "./samples.js"

test("every message of a tab is encoded as the server expects it", () => {
  for (const [name, message] of Object.entries(samples.client)) {
    assert.deepEqual(JSON.parse(encode(message)), message, name)
  }
})

test("every message of the server is decoded", () => {
  for (const [name, message] of Object.entries(samples.server)) {
    assert.deepEqual(decode(JSON.stringify(message)), message, name)
  }
})
