package jstest_test

import (
	"encoding/json"
	"testing"

	"hubbub/web/jstest"
)

// wantRule runs the cases of a rule in the page. The expression is a function from a case to
// its result; result is the part of a case with which that is compared.
func wantRule(p *page, rule, modules, expression string, result func(c map[string]any) any) {
	p.t.Helper()
	cases := jstest.Rules[map[string]any](p.t, rule)
	results := make([]any, len(cases))
	for i, c := range cases {
		results[i] = result(c)
	}
	given, _ := json.Marshal(cases) // both were decoded from JSON
	want, _ := json.Marshal(results)
	p.want(`(async () => { `+modules+`; return `+string(given)+`.map(`+expression+`) })()`, string(want))
}

func TestRulesOfGoAndJavaScriptAreTheSame(t *testing.T) {
	s := newServer(t)
	p, _ := s.connect(`<div data-log data-room="3"><ol data-messages></ol></div>`)

	field := func(name string) func(map[string]any) any {
		return func(c map[string]any) any { return c[name] }
	}
	core := `const core = await import('/static/core/index.js')`
	wantRule(p, "initials", core, `c => core.initials(c.name)`, field("initials"))
	wantRule(p, "hues", core, `c => core.hueOf(c.id)`, field("hue"))
	wantRule(p, "counts", `const { pill } = await import('/static/chat/rooms.js')`,
		`c => [...pill(c.n, c.mention).children].map(part => part.textContent)`,
		func(c map[string]any) any { return []any{c["text"], c["label"]} })
	wantRule(p, "presence", `const { presenceText } = await import('/static/presence/show.js')`,
		`c => presenceText({ ...c, lastSeenAt: c.seen ? '2026-11-21T09:13:00Z' : null })[0].trim()`, field("words"))
	wantRule(p, "times", `const times = await import('/static/core/times.js')`,
		`c => times[c.style](new Date(c.at), new Date(c.now))`, field("words"))
	wantRule(p, "groups", `const { follows } = await import('/static/chat/row.js'), { el } = await import('/static/core/index.js')
		const row = (sender, seconds, quotes) => el('li', { 'data-sender': sender, 'data-created': new Date(1e12 + seconds * 1e3).toISOString() },
			...quotes ? [el('a', { class: 'quote' })] : [])`,
		`c => follows(row(c.sender, c.seconds, c.quotes), row(c.before, 0, false))`, field("grouped"))

	chart := `const chart = await import('/static/dashboard/chart.js')`
	wantRule(p, "scales", chart, `c => chart.topOf(c.most)`, field("top"))
	wantRule(p, "lines", chart, `c => [chart.path(c.values, c.top), chart.area(c.values, c.top), chart.dot(c.values, c.top)]`,
		func(c map[string]any) any { return []any{c["line"], c["area"], c["dot"]} })
	wantRule(p, "rates", `const { ratesPerMinute } = await import('/static/dashboard/series.js')`,
		`c => ratesPerMinute(c.orders, c.before, c.step * 1000)`, field("rates"))
}
