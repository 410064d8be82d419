// @ts-check
// The System board: it gets a sample a second and draws the last minute.
import { $ } from '../core/index.js'
import { spark } from './chart.js'
import { markFresh, show } from './fresh.js'
import { isMoving, onResume } from './motion.js'

/** @typedef {import('../protocol').dashboard.Sample} Sample */

const SHOWN = 60 // samples: a minute

const brief = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 })
const fine = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })

/**
 * The values of the tiles that are not fields of the sample under the tile's name.
 * @type {Record<string, (sample: Sample) => number>}
 */
const readers = {
  dropped: ({ dropped }) => dropped.log + dropped.state + dropped.volatile,
  heap: ({ heap }) => heap / 1e6,
  poolBusy: ({ pool }) => pool.busy,
  poolOpen: ({ pool }) => pool.open,
}

/** @type {Sample[]} */
let history = []

/** @param {string} name @param {Sample} sample */
function read(name, sample) {
  const value = readers[name] ? readers[name](sample) : Object(sample)[name]
  return typeof value === 'number' ? value : null
}

function draw() {
  if (!isMoving()) return
  for (const tile of document.querySelectorAll('.tile')) {
    const name = tile.id.replace('tile-', '')
    const values = history.map(sample => read(name, sample))
    const now = values.at(-1)
    const place = $('[data-value]', tile)
    if (place) place.textContent = typeof now === 'number' ? (/^p\d/.test(name) ? fine : brief).format(now) : '–'
    spark($('.spark', tile), values)
  }
  show()
}

/** @param {import('../protocol').dashboard.Board} board */
function snapshot(board) {
  history = board.history.slice(-SHOWN)
  markFresh()
  draw()
}

/** @param {Sample} sample */
function systemUpdated(sample) {
  history = [...history, sample].slice(-SHOWN)
  markFresh()
  draw()
}

io.socket.subscribe('/api/system/subscribe', {}, { snapshot, events: { systemUpdated } })
onResume(draw)
