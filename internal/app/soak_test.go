package app_test

import (
	"fmt"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
	"hubbub/internal/testkit/load"
)

const soakClients = 200

// BenchmarkSoak runs 200 clients, which connect, use every feature and disconnect, for
// b.N seconds. It reports the memory and goroutines of the process on the way and at the
// end. Nothing may grow with time. `make soak` runs it for a quarter of an hour.
func BenchmarkSoak(b *testing.B) {
	if b.N == 1 {
		return // the testing package's first run
	}
	v := openVenue(b)
	order := load.Order{
		Task: load.Churn, Sockets: soakClients, Roles: v.rolesOfEveryFeature(b), Address: v.Addr(),
		Lasting: time.Duration(b.N) * time.Second,
	}
	clients := load.Start(b, order)
	done := make(chan struct{})
	go func() {
		defer close(done)
		clients.Go()
	}()
	step := time.NewTicker(order.Lasting/5 + time.Millisecond)
	defer step.Stop()
	for began := time.Now(); ; {
		select {
		case <-step.C:
			reportHeld(b, fmt.Sprintf("after %v", time.Since(began).Round(time.Second)))
			continue
		case <-done:
		}
		break
	}
	r := clients.Finish()
	reportHeld(b, "after all have left")
	b.Logf("%d clients connected and disconnected, %d answers, %d turned away, %d connections left",
		r.Lives, r.Answers, r.TurnedAway, v.Hub().Stats().Connections)
	b.ReportMetric(float64(r.Lives), "clients")
	b.ReportMetric(float64(r.Answers), "answers")
}

// rolesOfEveryFeature returns a role for each user, which uses one of the features.
func (v *venue) rolesOfEveryFeature(b *testing.B) []load.Role {
	b.Helper()
	document := testkit.As[apptest.Fields](v.users[0].Post("/api/documents", in{"title": "Soak", "visibility": "everyone"}).Want(http.StatusOK)).ID
	var roles []load.Role
	for i, person := range v.users {
		room := v.rooms[i%len(v.rooms)]
		role := load.Role{Path: "/socket", Cookie: person.Cookies()[0].String(), First: []string{
			`{"id":1,"url":"/api/presence/subscribe"}`, `{"id":2,"url":"/api/notifications/subscribe"}`,
			fmt.Sprintf(`{"id":3,"url":"/api/chat/join?roomId=%d"}`, room),
		}}
		switch i % 5 {
		case 0, 1:
			role.Path += "?view=html"
			role.Ask = fmt.Sprintf(`{"id":%%[1]d,"method":"POST","url":"/api/chat/send","data":{"roomId":%d,"text":"**soak** %%[1]d @bench-person-1 `+"`code`"+`"}}`, room)
		case 2:
			role.First = append(role.First, `{"id":4,"url":"/api/dashboard/subscribe"}`)
			role.Ask = `{"id":%[1]d,"url":"/api/orders?limit=20"}`
		case 3:
			role.First = append(role.First, `{"id":4,"url":"/api/search/subscribe?query=soak&kinds=message"}`)
			role.Ask = `{"id":%[1]d,"url":"/api/search?query=soak"}`
		case 4:
			v.users[0].Do(http.MethodPut, fmt.Sprintf("/api/documents/%d/members", document), in{"userId": v.ID(person), "role": "editor"}).Want(http.StatusOK)
			role.First = append(role.First, fmt.Sprintf(`{"id":4,"url":"/api/documents/join?docId=%d"}`, document))
			role.Ask = fmt.Sprintf(`{"id":%%[1]d,"method":"POST","url":"/api/documents/update","data":{"docId":%d,"content":"soak %%[1]d"}}`, document)
		}
		roles = append(roles, role)
	}
	return roles
}

func reportHeld(b *testing.B, when string) {
	b.Helper()
	debug.FreeOSMemory()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.Logf("%s: %d MiB heap, %s resident, %d goroutines", when, m.HeapAlloc>>20, resident(), runtime.NumGoroutine())
}

// resident returns the resident memory of the process, as Linux prints it.
func resident() string {
	status, _ := os.ReadFile("/proc/self/status") // exists on Linux only
	for line := range strings.Lines(string(status)) {
		if value, found := strings.CutPrefix(line, "VmRSS:"); found {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}
