// Loads what was asked for again when the device is online, or the page is looked at again, and the
// shop answers. Browsers say “online” too early, so it is asked for first.

{
  const tryAgain = async () => {
    const answer = await fetch(location.href, { method: "HEAD" }).catch(() => null)
    if (answer) location.reload()
  }

  addEventListener("online", tryAgain)
  document.addEventListener("visibilitychange", () => document.hidden || tryAgain())
}
