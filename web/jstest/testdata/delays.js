// Backoff without jitter and without waiting: `delays` records the timeouts, except that of the handshake.
(() => {
  const { setTimeout } = window
  window.delays = []
  Math.random = () => 0.5
  window.setTimeout = (fn, ms = 0, ...args) => {
    if (ms !== 10_000) delays.push(ms)
    return setTimeout(fn, ms === 10_000 ? ms : 0, ...args)
  }
})()
