// @ts-check
// The shared counter: one number on the pages of all users. It only grows, so the largest value received is the newest.
import { listen, need, showProblem } from '../core/index.js'

const socket = io.socket
const place = need('[data-counter]')
let shown = Number(place.dataset.counter)

/** @param {import('../protocol').dashboard.CounterValue} counter */
function show({ count }) {
  if (count <= shown) return
  shown = count
  place.textContent = count.toLocaleString('en-US')
}

async function increment() {
  const answer = await socket.post('/api/counter/increment')
  if (answer.error) showProblem('Counter not updated', answer)
  else show(answer.body)
}

socket.subscribe('/api/counter/subscribe', {}, { snapshot: show, events: { counterUpdated: show } })
listen('submit', '[data-counter-form]', (_, event) => {
  event.preventDefault()
  increment()
})
