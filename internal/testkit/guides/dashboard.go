package guides

import (
	"fmt"
	"testing"

	"hubbub/internal/testkit"
)

// Dashboard tells the story of the first guide's table (patterns.md): alice has
// mounted it when somebody else places an order and completes it. Both return
// once it is done; place tells the order's id.
func Dashboard(t testing.TB, alice *testkit.Page, place func() (order int64), complete func(order int64)) {
	t.Helper()
	testkit.Eval[any](alice, compiled(t, dashboardBundle))
	testkit.Eval[any](alice, `guide.mount()`)
	alice.Until(`/Total Orders: \d+/.test(document.querySelector("#guide .stats-grid").innerText)`)
	total := testkit.Eval[int](alice, `parseInt(document.querySelector("#guide .stats-grid").innerText.match(/Total Orders: (\d+)/)[1])`)

	order := place()
	row := fmt.Sprintf(`[...document.querySelectorAll("#guide tbody tr")].find(row => row.cells[0].innerText === "%d")`, order)
	alice.Until(row + `?.cells[1].innerText === "pending"`)
	alice.WantText("#guide .stats-grid", fmt.Sprintf("Total Orders: %d", total+1))
	complete(order)
	alice.Until(row + `?.cells[1].innerText === "completed"`).Until(`/Revenue: \$\d+\.\d\d/.test(document.querySelector("#guide .stats-grid").innerText)`)
	unmount(alice)
}

// Counter tells the story of the getting-started guide: its script runs in
// alice's page, and increment is done elsewhere.
func Counter(t testing.TB, alice *testkit.Page, increment func() (count int)) {
	t.Helper()
	logged := listenToLog(alice)
	testkit.Eval[any](alice, "(() => {"+code(gettingStarted, "Client side:")+"})()")
	alice.Until(logged + `.some(line => /^Initial count: \d+$/.test(line))`)
	alice.Until(fmt.Sprintf(`%s.includes("New count: %d")`, logged, increment()))
}

// Hello tells the story of realtime-concepts: whoever said hello hears of
// themselves and of those who come after.
func Hello(t testing.TB, alice, bob *testkit.Page) {
	t.Helper()
	script := inline(code(realtimeConcepts, "### Custom realtime communication with `sails.sockets`"))
	heard := listenToLog(alice)
	testkit.Eval[any](alice, "(() => {"+script+"})()")
	alice.Until(heard + ".includes(`Socket \\`${io.socket.id}\\` joined the party!`)").Until(heard + `.some(line => line.startsWith("Server responded with status code 200 and data: "))`)
	testkit.Eval[any](bob, "(() => {"+script+"})()")
	id := testkit.Eval[string](bob, `io.socket.id`)
	alice.Until(fmt.Sprintf("%s.includes(\"Socket `%s` joined the party!\")", heard, id))
}

// listenToLog notes what the page logs, as an expression for it.
func listenToLog(p *testkit.Page) string {
	testkit.Eval[any](p, `globalThis.logged = [], console.log = (...words) => { logged.push(words.join(" ")) }`)
	return "logged"
}
