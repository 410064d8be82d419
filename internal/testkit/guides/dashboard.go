package guides

import (
	"fmt"
	"testing"

	"hubbub/internal/testkit/browser"
)

// Dashboard tests the first guide's table (patterns.md): alice has mounted it when
// another user places an order and completes it. place and complete return once that is
// done; place returns the order's id.
func Dashboard(t testing.TB, alice *browser.Page, place func() (order int64), complete func(order int64)) {
	t.Helper()
	browser.Eval[any](alice, compiled(t, dashboardBundle))
	browser.Eval[any](alice, `guide.mount()`)
	alice.Until(`/Total Orders: \d+/.test(document.querySelector("#guide .stats-grid").innerText)`)
	total := browser.Eval[int](alice, `parseInt(document.querySelector("#guide .stats-grid").innerText.match(/Total Orders: (\d+)/)[1])`)

	order := place()
	row := fmt.Sprintf(`[...document.querySelectorAll("#guide tbody tr")].find(row => row.cells[0].innerText === "%d")`, order)
	alice.Until(row + `?.cells[1].innerText === "pending"`)
	alice.WantText("#guide .stats-grid", fmt.Sprintf("Total Orders: %d", total+1))
	complete(order)
	alice.Until(row + `?.cells[1].innerText === "completed"`).Until(`/Revenue: \$\d+\.\d\d/.test(document.querySelector("#guide .stats-grid").innerText)`)
	unmount(alice)
}

// Counter tests the script of getting-started.md in alice's page. increment changes the
// counter from elsewhere.
func Counter(t testing.TB, alice *browser.Page, increment func() (count int)) {
	t.Helper()
	logged := listenToLog(alice)
	browser.Eval[any](alice, "(() => {"+code(gettingStarted, "Client side:")+"})()")
	alice.Until(logged + `.some(line => /^Initial count: \d+$/.test(line))`)
	alice.Until(fmt.Sprintf(`%s.includes("New count: %d")`, logged, increment()))
}

// Hello tests the script of realtime-concepts.md: a user who has said hello gets an
// event for that, and one for each user who says hello later.
func Hello(t testing.TB, alice, bob *browser.Page) {
	t.Helper()
	script := inline(code(realtimeConcepts, "### Custom realtime communication with `sails.sockets`"))
	logged := listenToLog(alice)
	browser.Eval[any](alice, "(() => {"+script+"})()")
	alice.Until(logged + ".includes(`Socket \\`${io.socket.id}\\` joined the party!`)").Until(logged + `.some(line => line.startsWith("Server responded with status code 200 and data: "))`)
	browser.Eval[any](bob, "(() => {"+script+"})()")
	id := browser.Eval[string](bob, `io.socket.id`)
	alice.Until(fmt.Sprintf("%s.includes(\"Socket `%s` joined the party!\")", logged, id))
}

// listenToLog records what the page logs, and returns the JavaScript expression for it.
func listenToLog(p *browser.Page) string {
	browser.Eval[any](p, `globalThis.logged = [], console.log = (...words) => { logged.push(words.join(" ")) }`)
	return "logged"
}
