import assert from "node:assert/strict"
import { test } from "node:test"
import { read, write } from "../../static/js/protocol.js"
import { samples } from "./samples.js"

test("every frame of ours is spelled as the shop reads it", () => {
  for (const [name, frame] of Object.entries(samples.client)) {
    assert.deepEqual(JSON.parse(write(frame)), frame, name)
  }
})

test("all that the shop tells is read as it is spelled", () => {
  for (const [name, news] of Object.entries(samples.server)) {
    assert.deepEqual(read(JSON.stringify(news)), news, name)
  }
})
