// @ts-check
// Times in the browser's zone and in few words, updated while the page is open. The server renders the same words
// (web/zone.go) once the cookie below has given it the zone.
import { $$ } from './dom.js'
import { watchFragments } from './fragments.js'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
const YEAR_S = 31_536_000

/** @type {(options: Intl.DateTimeFormatOptions) => (at: Date) => string} */
const format = options => {
  const formatter = new Intl.DateTimeFormat('en-GB', options)
  return at => formatter.format(at).replace(',', '').replace(/\bSept\b/, 'Sep') // as Go abbreviates it
}
const clock = format({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
const weekday = format({ weekday: 'short' })
const longWeekday = format({ weekday: 'long' })
const date = format({ day: 'numeric', month: 'short' })
const dateOfYear = format({ day: 'numeric', month: 'short', year: 'numeric' })
const longDate = format({ weekday: 'long', day: 'numeric', month: 'long' })
const longDateOfYear = format({ day: 'numeric', month: 'long', year: 'numeric' })
const whole = format({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })

/** The calendar days from a to b. Rounding makes up for a day of 23 or 25 hours. @param {Date} a @param {Date} b */
const days = (a, b) => Math.round((new Date(b).setHours(0, 0, 0, 0) - new Date(a).setHours(0, 0, 0, 0)) / DAY_MS)

/** "just now", "2 min", "09:04", "Tue", "2 Nov", "2 Nov 2024". @param {Date} at @param {Date} [now] */
export function ago(at, now = new Date()) {
  const passed = now.getTime() - at.getTime()
  if (passed < MINUTE_MS) return 'just now'
  if (passed < 60 * MINUTE_MS) return `${Math.floor(passed / MINUTE_MS)} min`
  if (days(at, now) === 0) return clock(at)
  if (passed < 6 * DAY_MS) return weekday(at)
  return at.getFullYear() === now.getFullYear() ? date(at) : dateOfYear(at)
}

/**
 * The same for the end of a sentence: "just now", "5 min ago", "at 09:04", "on Tue", "on 2 Nov".
 * @param {Date} at @param {Date} [now]
 */
export function seen(at, now = new Date()) {
  const passed = now.getTime() - at.getTime()
  const words = ago(at, now)
  if (passed < MINUTE_MS) return words
  if (passed < 60 * MINUTE_MS) return `${words} ago`
  return days(at, now) === 0 ? `at ${words}` : `on ${words}`
}

/**
 * A future time for the end of a sentence: "at 15:04", "tomorrow at 09:00", "on Mon at 09:00".
 * @param {Date} at @param {Date} [now]
 */
export function until(at, now = new Date()) {
  const ahead = days(now, at)
  const time = `at ${clock(at)}`
  if (ahead === 0) return time
  if (ahead === 1) return `tomorrow ${time}`
  if (ahead > 0 && ahead < 7) return `on ${weekday(at)} ${time}`
  return `on ${at.getFullYear() === now.getFullYear() ? date(at) : dateOfYear(at)} ${time}`
}

/** "Today", "Yesterday", "Tuesday", "Tuesday 2 November". @param {Date} at @param {Date} [now] */
export function day(at, now = new Date()) {
  const past = days(at, now)
  if (past === 0) return 'Today'
  if (past === 1) return 'Yesterday'
  if (past < 6) return longWeekday(at)
  return at.getFullYear() === now.getFullYear() ? longDate(at) : longDateOfYear(at)
}

/** @type {Record<string, (at: Date) => string>} */
const styles = { ago, clock, day, seen, until }

/** Writes the times in root, including root itself. @param {Element | Document} [root] */
export function showTimes(root = document) {
  if (root instanceof HTMLTimeElement && root.dateTime) show(root)
  for (const time of $$('time[datetime]', root)) show(time)
}

/** @param {HTMLTimeElement} time */
function show(time) {
  const format = styles[time.dataset.time ?? '']
  const at = new Date(time.dateTime)
  if (!format || isNaN(at.getTime())) return
  const text = format(at)
  if (time.textContent !== text) time.textContent = text
  time.title = `${whole(at)}, ${clock(at)}`
}

document.cookie = `tz=${Intl.DateTimeFormat().resolvedOptions().timeZone}; path=/; max-age=${YEAR_S}; samesite=lax`
watchFragments(element => showTimes(element))
document.addEventListener('visibilitychange', () => document.hidden || showTimes())
setInterval(() => document.hidden || showTimes(), MINUTE_MS)
showTimes()
