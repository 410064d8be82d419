// Makes ten seconds of the page pass in one.
(() => {
  const { Date, setTimeout, setInterval } = window
  let speed = 10, from = Date.now(), base = from
  window.Date = class extends Date {
    constructor(...args) { super(...(args.length ? args : [window.Date.now()])) }
    static now() { return base + (Date.now() - from) * speed }
  }
  window.setTimeout = (fn, ms = 0, ...args) => setTimeout(fn, ms / speed, ...args)
  window.setInterval = (fn, ms = 0, ...args) => setInterval(fn, ms / speed, ...args)
  window.sleepFor = ms => { base += ms }
  window.setSpeed = to => { [base, from, speed] = [window.Date.now(), Date.now(), to] }
  window.recorded = []
  window.record = name => io.socket.on(name, data => recorded.push([name, data?.message ?? data]))
})()
