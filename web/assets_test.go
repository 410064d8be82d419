package web

import "testing"

func TestScriptsAreServedWithoutTheirComments(t *testing.T) {
	const source = `// A story.
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
	if got := string(squeezeScript([]byte(source))); got != want {
		t.Errorf("got\n%s", got)
	}
}
