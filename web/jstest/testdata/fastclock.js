// Ten of the page's seconds pass in one.
(() => {
  const speed = 10, start = Date.now(), now = Date.now.bind(Date)
  const { setTimeout, setInterval } = window
  let jump = 0
  window.setTimeout = (fn, ms = 0, ...args) => setTimeout(fn, ms / speed, ...args)
  window.setInterval = (fn, ms = 0, ...args) => setInterval(fn, ms / speed, ...args)
  Date.now = () => start + (now() - start) * speed + jump
  window.sleepFor = ms => { jump += ms }
  window.heard = []
  window.hear = name => io.socket.on(name, data => heard.push([name, data?.message ?? data]))
})()
