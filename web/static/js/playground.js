// @ts-check
// Says hello, and writes down who did.
import { $, announce, el, listen } from './app.js'

const LINES = 12 // as many as fit beside the code

const socket = io.socket
const party = /** @type {HTMLElement} */ ($('[data-party]'))

/** @param {{ id: string }} who */
function joined({ id }) {
  const line = `Socket ${id} joined the party${id === socket.id ? ': that is you' : ''}`
  party.prepend(el('li', {}, line))
  party.children[LINES]?.remove()
  announce(line)
}

async function sayHello() {
  const jwr = await socket.get('/say/hello')
  const answer = $('[data-hello-answer]')
  if (answer) answer.textContent = jwr.error ? jwr.body?.detail || 'No connection.' : `Answered ${jwr.statusCode} ${JSON.stringify(jwr.body)}`
}

socket.on('hello', joined)
listen('click', '[data-hello]', sayHello)
