package browser

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/chromedp/chromedp"
)

// Axe checks the page's accessibility by the rules of WCAG 2.0 to 2.2, levels A and
// AA, and by best practices. It returns each violation as readable text.
func (p *Page) Axe() []string {
	p.t.Helper()
	return p.axe("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
}

// axe runs the rules with these ids or tags.
func (p *Page) axe(rules ...any) []string {
	p.t.Helper()
	if !Eval[bool](p, `"axe" in window`) {
		p.do("load axe", chromedp.Evaluate[chromedp.Void](p.axeSource()))
	}
	breaches, err := call[[]string](p, `async (...rules) => (await axe.run(document, {
		resultTypes: ["violations"],
		runOnly: rules,
	})).violations.flatMap(rule => rule.nodes.map(node =>
		rule.id + " at " + node.target.join(" ") + ": " + node.failureSummary.replace(/\s*\n\s*/g, " ") + " · " + node.html))`, rules...)
	if err != nil {
		p.fail(describe("run axe", err))
	}
	return breaches
}

// WantAccessible fails the test if Axe finds a violation.
func (p *Page) WantAccessible() *Page {
	p.t.Helper()
	return p.wantNone(p.Axe())
}

// WantAccessibleInBothThemes is WantAccessible in the light theme. In the dark theme
// it checks only the rules for colours, because nothing else differs.
func (p *Page) WantAccessibleInBothThemes() *Page {
	p.t.Helper()
	p.PreferTheme("light").settle().WantAccessible()
	return p.PreferTheme("dark").settle().wantNone(p.axe("color-contrast", "link-in-text-block"))
}

// settle ends all CSS transitions, so that the page has the colours of its theme. To
// wait for their end would be to wait for frames, and a headless browser on a busy
// machine may not draw any for a long time. The end of one transition may start
// another, in an element that inherits the property.
func (p *Page) settle() *Page {
	p.t.Helper()
	settled := Eval[bool](p, `(() => {
		const running = () => document.getAnimations().filter(a => a instanceof CSSTransition && a.playState !== "finished")
		for (let left = running(), rounds = 0; left.length && rounds < 20; left = running(), rounds++) left.forEach(a => a.finish())
		return !running().length
	})()`)
	if !settled {
		p.fail("CSS transitions start again and again")
	}
	return p
}

func (p *Page) wantNone(breaches []string) *Page {
	p.t.Helper()
	if len(breaches) > 0 {
		p.t.Errorf("not accessible at %s:\n%s", Eval[string](p, `location.href`), strings.Join(breaches, "\n"))
	}
	return p
}

// axeSource returns axe-core from the checkout's node_modules.
func (p *Page) axeSource() string {
	p.t.Helper()
	dir, err := os.Getwd()
	for err == nil {
		source, readErr := os.ReadFile(filepath.Join(dir, "node_modules", "axe-core", "axe.min.js"))
		if readErr == nil {
			return string(source)
		}
		if dir == filepath.Dir(dir) {
			break
		}
		dir = filepath.Dir(dir)
	}
	p.t.Fatal("axe-core is not installed: run npm ci")
	return ""
}
