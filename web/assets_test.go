package web

import "testing"

func TestAssetScriptsAreServedWithoutComments(t *testing.T) {
	const source = `// A comment.
/** One line. */
/**
 * Several ** lines.
 */
const a = '// no comment' /* stays */
/** @type {number} */ let b = 1 // stays
  // gone
/** @type {string} */
let c = "/* text */"
`
	const want = `const a = '// no comment' /* stays */
/** @type {number} */ let b = 1 // stays
let c = "/* text */"
`
	if got := string(stripScript([]byte(source))); got != want {
		t.Errorf("got\n%s", got)
	}
}
