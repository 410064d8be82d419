// @ts-check
// The slider of the demo's simulator: how many orders it places per second.
import { $, showProblem, socket } from '../core/index.js'

const DEBOUNCE_MS = 250 // a slider passes through many values

const form = $('form[data-simulator]')
const slider = form && $('input[type=range]', form)
let timer = 0

async function set() {
  const answer = await socket?.post('/api/dashboard/simulator', { rate: Number(slider?.value) })
  if (answer?.error) showProblem('Simulator not changed', answer)
}

/** @param {number | string} rate */
function show(rate) {
  const shown = form && $('output', form)
  if (shown) shown.textContent = `${rate} per second`
}

/**
 * Shows the rate that a user has set, unless this one is moving the slider.
 * @param {import('../protocol').dashboard.Simulator} event
 */
function simulatorUpdated({ rate }) {
  if (!slider || slider.matches(':active')) return
  slider.value = String(rate)
  show(rate)
}

slider?.addEventListener('input', () => {
  show(slider.value)
  clearTimeout(timer)
  timer = setTimeout(set, DEBOUNCE_MS)
})
if (slider) socket?.on('simulatorUpdated', simulatorUpdated)
form?.addEventListener('submit', event => event.preventDefault())
