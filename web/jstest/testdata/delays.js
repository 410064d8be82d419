// Backoff without jitter and without waiting: delays holds what was asked for. The handshake's deadline is no delay.
(() => {
  const { setTimeout } = window
  window.delays = []
  Math.random = () => 0.5
  window.setTimeout = (fn, ms = 0, ...args) => {
    if (ms !== 10_000) delays.push(ms)
    return setTimeout(fn, ms === 10_000 ? ms : 0, ...args)
  }
})()
