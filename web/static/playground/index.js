// @ts-check
// Sends /say/hello, and lists the connections that did.
import { $, announce, el, listen, need, problem } from '../core/index.js'

const LINES = 12 // fit beside the code

const socket = io.socket
const party = need('[data-party]')

/** Applies a `hello` event. @param {import('../protocol').playground.Hello} connection */
function hello({ id }) {
  const line = `Socket ${id} joined the party${id === socket.id ? ' (that’s you)' : ''}`
  party.prepend(el('li', {}, line))
  party.children[LINES]?.remove()
  announce(line)
}

async function sayHello() {
  const answer = await socket.get('/say/hello')
  const output = $('[data-hello-answer]')
  if (!output) return
  output.textContent = answer.error
    ? problem(answer)
    : `Answered ${answer.statusCode} ${JSON.stringify(answer.body)}`
}

socket.on('hello', hello)
listen('click', '[data-hello]', sayHello)
