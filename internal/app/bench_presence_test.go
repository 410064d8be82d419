package app_test

import (
	"fmt"
	"testing"
	"time"

	"hubbub/internal/account"
	"hubbub/internal/live/wire"
	"hubbub/internal/testkit/load"
)

const (
	benchWatchers = 20 // subscribers that are online before the others arrive
	subscribing   = `{"id":1,"url":"/api/presence/subscribe"}`
)

// BenchmarkPresenceStorm connects b.N users, 50 at a time, each of which subscribes to
// presence as every page does. benchWatchers earlier subscribers must receive an event
// for each of them.
func BenchmarkPresenceStorm(b *testing.B) {
	v := &venue{App: startDurable(b)}
	watchers := v.startUsers(b, load.Order{Task: load.Listen, Sockets: benchWatchers, Events: b.N, Mark: `"event":"userOnline"`}, "watcher")
	storm := v.startUsers(b, load.Order{Task: load.Connect, Sockets: b.N}, "person")
	began := time.Now()
	var received load.Report
	load.Measure(b, "arrival", b.N, func() {
		storm.Go()
		b.ReportMetric(time.Since(began).Seconds(), "s-until-all-arrived")
		received = watchers.Finish()
	})
	b.ReportMetric(time.Since(began).Seconds(), "s-until-all-received")
	b.ReportMetric(float64(received.Messages)/benchWatchers, "frames/watcher")
	b.ReportMetric(float64(received.Bytes)/benchWatchers/1024, "KiB/watcher")
	storm.Finish()
	if lost := v.Hub().Stats().Closed; lost[wire.CloseTooSlow] > 0 || received.Events < b.N*benchWatchers {
		b.Errorf("%d arrivals were received, want %d; closed connections: %v", received.Events, b.N*benchWatchers, lost)
	}
}

// startUsers starts a load in which each socket is another user, who subscribes to
// presence.
func (v *venue) startUsers(b *testing.B, order load.Order, name string) *load.Process {
	b.Helper()
	order.Address = v.Addr()
	for i := range order.Sockets {
		_, secret, err := v.Account().SignUp(b.Context(), account.SignUpInput{
			FullName: fmt.Sprint("Bench ", name, " ", i), Email: fmt.Sprint(name, i, "@test.example"), Password: "correct horse battery",
		}, account.Client{})
		if err != nil {
			b.Fatal(err)
		}
		order.Roles = append(order.Roles, load.Role{Path: "/socket", Cookie: "hubbub_session=" + secret, First: []string{subscribing}})
	}
	return load.Start(b, order)
}
