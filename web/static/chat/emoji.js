// @ts-check
// A small emoji picker with a search by name.
import { $$, closest, el } from '../core/index.js'

/** Emoji and their search words; in each line the most used first. */
const EMOJI = `👍 yes good thumbs up|👎 no thumbs down|❤️ heart love|😂 laugh tears joy|🎉 party celebrate tada|🙏 thanks please pray|👀 eyes look watching|🚀 rocket ship launch
✅ check done|❌ cross no wrong|🔥 fire hot|💯 hundred exactly|👏 clap bravo|🙌 hooray hands|💪 strong muscle|🤝 deal handshake|👋 wave hello bye|🤞 luck fingers|👌 ok fine|✌️ peace victory|🫡 salute yes
😀 grin happy|😄 smile happy|😅 sweat relief|🙂 slight smile|😉 wink|😊 blush|😍 eyes love|😎 cool sunglasses|🤔 think hmm|🤨 doubt eyebrow|😐 neutral|🙄 roll eyes|😬 grimace awkward|😴 sleep tired|😢 sad cry|😭 sob cry|😡 angry|🤯 mind blown|😱 scream shock|🥳 party face|🤓 nerd|🤖 robot bot|👻 ghost|💀 skull dead|🤷 shrug|🤦 facepalm|😇 angel|🥲 tear smile|🫠 melt|😮 wow surprise
☕ coffee|🍵 tea|🍕 pizza|🍰 cake|🍪 cookie|🍎 apple|🍺 beer|🥂 cheers|🌮 taco|🍜 noodles
⭐ star|✨ sparkles new|⚡ fast zap|💡 idea bulb|📌 pin|📈 up chart|📉 down chart|📊 chart bars|📅 calendar date|⏰ alarm clock|⏳ wait hourglass|🔒 lock secure|🔑 key|🔧 fix wrench|🔨 build hammer|⚙️ gear settings|🐛 bug|🧪 test|📦 package box|📝 note memo|📎 clip attach|🔗 link|💬 talk message|📣 announce|🔔 bell|🚧 construction|🚨 alarm incident|⚠️ warning|🛑 stop|❓ question|❗ important|➕ plus|♻️ recycle|🏁 finish flag|🎯 target goal|🏆 trophy win|🥇 first medal|🎁 gift|🎂 birthday cake|🎵 music|🎨 art design|💸 money|💰 money bag|🖥️ computer|📱 phone|🔋 battery|🔍 search|🗑️ trash delete
🌞 sun|🌈 rainbow|🌧️ rain|❄️ snow cold|🌍 earth world|🌱 grow plant|🌵 cactus|🐱 cat|🐶 dog|🦄 unicorn|🐢 turtle slow|🐝 bee busy|🦆 duck|🚂 train|🚆 train|🚗 car|✈️ plane|🏖️ beach holiday|🏠 home|🏥 hospital sick`
  .split(/[|\n]/).map(entry => {
    const [emoji, ...words] = entry.split(' ')
    return { emoji, words: words.join(' ') }
  })
const COLUMNS = 8

/** @type {(emoji: string) => void} */
let chosen = () => {}

/** Opens the picker beside a button. @param {HTMLElement} button @param {(emoji: string) => void} fn */
export function pick(button, fn) {
  chosen = fn
  if (picker.matches(':popover-open')) picker.hidePopover()
  search.value = ''
  filter()
  picker.dataset.from = button.dataset.emoji
  picker.showPopover({ source: button })
  search.focus()
}

const search = el('input', {
  class: 'input', type: 'search', 'aria-label': 'Search emoji', placeholder: 'Search emoji', autocomplete: 'off',
})
const grid = el('div', { class: 'emoji-grid', role: 'group', 'aria-label': 'Emoji' })
const nothing = el('p', { class: 'muted', hidden: true }, 'No emoji found.')
const picker = el('div', {
  class: 'popover emoji', id: 'emoji', popover: true, role: 'dialog', 'aria-label': 'Emoji',
}, search, grid, nothing)

for (const { emoji, words } of EMOJI) {
  const label = words.split(' ')[0]
  const attributes = { type: 'button', tabindex: -1, 'data-words': words, 'aria-label': label, title: words }
  grid.append(el('button', attributes, emoji))
}
document.body.append(picker)

const shown = () => $$('button:not([hidden])', grid)

function filter() {
  const text = search.value.trim().toLowerCase()
  for (const button of $$('button', grid)) {
    button.hidden = !button.dataset.words?.includes(text) && button.textContent !== text
  }
  const first = shown()[0]
  for (const button of $$('button', grid)) button.tabIndex = button === first ? 0 : -1
  nothing.hidden = !!first
}

/** @param {Element} button */
function take(button) {
  picker.hidePopover()
  chosen(button.textContent ?? '')
}

/** @type {Record<string, number>} */
const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS }

search.addEventListener('input', filter)
picker.addEventListener('click', event => {
  const button = closest(event.target, '.emoji-grid button')
  if (button) take(button)
})
picker.addEventListener('keydown', event => {
  const step = steps[event.key]
  const all = shown(), at = all.findIndex(button => button === document.activeElement)
  if (event.key === 'Enter' && at < 0) { if (all[0]) take(all[0]) }
  else if (at < 0 && event.key === 'ArrowDown') all[0]?.focus()
  else if (at >= 0 && step) (all[at + step] ?? (step < 0 ? search : all[at])).focus()
  else return
  event.preventDefault()
})
