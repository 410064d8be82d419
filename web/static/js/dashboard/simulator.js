// @ts-check
// The demo's orders: as many a second as the slider says.
import { $, socket, toast } from '../app.js'

const SETTLE_MS = 250 // a slider says many values on its way

const form = /** @type {HTMLFormElement | null} */ ($('[data-simulator]'))
const slider = /** @type {HTMLInputElement | null} */ (form && $('[type=range]', form))
let timer = 0

async function set() {
  const answer = await socket?.post('/api/dashboard/simulator', { rate: Number(slider?.value) })
  if (answer?.error) toast({ title: 'The simulator stays as it was', body: answer.body?.detail || 'No connection.', icon: 'circle-alert', tone: 'bad' })
}

/** @param {number | string} rate */
function show(rate) {
  const shown = form && $('output', form)
  if (shown) shown.textContent = `${rate} a second`
}

/** Somebody, perhaps the reader, has set it. @param {{ rate: number }} told */
function simulatorUpdated({ rate }) {
  if (!slider || slider.matches(':active')) return
  slider.value = String(rate)
  show(rate)
}

slider?.addEventListener('input', () => {
  show(slider.value)
  clearTimeout(timer)
  timer = setTimeout(set, SETTLE_MS)
})
if (slider) socket?.on('simulatorUpdated', simulatorUpdated)
form?.addEventListener('submit', event => event.preventDefault())
