// @ts-check
// How well a few typed letters fit a label: at its start, at a word's start, inside, or scattered in order.

/**
 * @param {string} query @param {string} label
 * @returns {{ score: number, marks: number[] } | null} marks are the label's letters that fit, by code point
 */
export function match(query, label) {
  const wanted = [...query.toLowerCase()], letters = [...label.toLowerCase()]
  const start = together(wanted, letters)
  if (start >= 0) {
    const wordStart = start === 0 || !/[\p{L}\p{N}]/u.test(letters[start - 1])
    return { score: (start === 0 ? 4 : wordStart ? 3 : 2) - letters.length / 1_000, marks: wanted.map((_, i) => start + i) }
  }
  const marks = scattered(wanted, letters)
  return marks && { score: 1 - (marks[marks.length - 1] - marks[0]) / 1_000, marks }
}

/** @param {string[]} wanted @param {string[]} letters */
function together(wanted, letters) {
  const fits = letters.map((_, i) => wanted.every((letter, n) => letters[i + n] === letter))
  const atWord = fits.findIndex((fit, i) => fit && (i === 0 || !/[\p{L}\p{N}]/u.test(letters[i - 1])))
  return atWord >= 0 ? atWord : fits.indexOf(true)
}

/** @param {string[]} wanted @param {string[]} letters */
function scattered(wanted, letters) {
  const marks = []
  for (let i = 0; i < letters.length && marks.length < wanted.length; i++) {
    if (letters[i] === wanted[marks.length]) marks.push(i)
  }
  return marks.length === wanted.length ? marks : null
}
