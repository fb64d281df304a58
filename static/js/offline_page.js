// Installs the service worker, which shows a page where the network is gone. That is for later
// visits, so it waits until this one is loaded. The policy of this name can make one address only.

/** @import { PolicyFactory } from "./types.d.ts" */

const WORKER = "/service-worker.js"

function install() {
  const { trustedTypes } = /** @type {{ trustedTypes?: PolicyFactory }} */ (window)
  const policy = trustedTypes?.createPolicy("service-worker", { createScriptURL: () => WORKER })
  const url = policy ? policy.createScriptURL("") : WORKER
  navigator.serviceWorker.register(url, { scope: "/" }).catch(() => {})
}

if ("serviceWorker" in navigator) {
  if (document.readyState === "complete") install()
  else addEventListener("load", install)
}
