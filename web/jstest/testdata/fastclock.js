// Ten of the page's seconds pass in one.
(() => {
  const speed = 10, { Date, setTimeout, setInterval } = window, start = Date.now()
  let jump = 0
  window.Date = class extends Date {
    constructor(...args) { super(...(args.length ? args : [window.Date.now()])) }
    static now() { return start + (Date.now() - start) * speed + jump }
  }
  window.setTimeout = (fn, ms = 0, ...args) => setTimeout(fn, ms / speed, ...args)
  window.setInterval = (fn, ms = 0, ...args) => setInterval(fn, ms / speed, ...args)
  window.sleepFor = ms => { jump += ms }
  window.heard = []
  window.hear = name => io.socket.on(name, data => heard.push([name, data?.message ?? data]))
})()
