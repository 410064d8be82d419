// @ts-check
// Fuzzy matching of a query against a label: at its start, at the start of a word, inside, or as a subsequence.

/**
 * @param {string} query @param {string} label
 * @returns {{ score: number, marks: number[] } | null} the score, higher is better, and the indexes of the code points
 *   that match; null without a match
 */
export function match(query, label) {
  const wanted = [...query.toLowerCase()]
  const letters = [...label.toLowerCase()]
  const start = indexOfSubstring(wanted, letters)
  if (start >= 0) {
    const wordStart = start === 0 || !/[\p{L}\p{N}]/u.test(letters[start - 1])
    const base = start === 0 ? 4 : wordStart ? 3 : 2
    return { score: base - letters.length / 1_000, marks: wanted.map((_, i) => start + i) }
  }
  const marks = subsequence(wanted, letters)
  return marks && { score: 1 - (marks[marks.length - 1] - marks[0]) / 1_000, marks }
}

/**
 * The index of the first occurrence at the start of a word, or else of the first; -1 if there is none.
 * @param {string[]} wanted @param {string[]} letters
 */
function indexOfSubstring(wanted, letters) {
  const fits = letters.map((_, i) => wanted.every((letter, n) => letters[i + n] === letter))
  const atWord = fits.findIndex((fit, i) => fit && (i === 0 || !/[\p{L}\p{N}]/u.test(letters[i - 1])))
  return atWord >= 0 ? atWord : fits.indexOf(true)
}

/** The indexes of the wanted letters in their order, or null. @param {string[]} wanted @param {string[]} letters */
function subsequence(wanted, letters) {
  const marks = []
  for (let i = 0; i < letters.length && marks.length < wanted.length; i++) {
    if (letters[i] === wanted[marks.length]) marks.push(i)
  }
  return marks.length === wanted.length ? marks : null
}
