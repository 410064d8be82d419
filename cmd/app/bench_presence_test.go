package main

import (
	"fmt"
	"testing"
	"time"

	"hubbub/internal/account"
	"hubbub/internal/testkit/load"
	"hubbub/internal/wire"
)

const (
	benchWatchers = 20 // who look on while the others arrive
	subscribing   = `{"id":1,"url":"/api/presence/subscribe"}`
)

// BenchmarkPresenceStorm lets people arrive, 50 at a time, each of whom watches
// who is online as every page does. Some others were there before, and have to
// hear of every one.
func BenchmarkPresenceStorm(b *testing.B) {
	v := &venue{instance: startDurable(b)}
	watchers := v.startUsers(b, load.Order{Task: load.Listen, Sockets: benchWatchers, Events: b.N, Mark: `"event":"userOnline"`}, "watcher")
	storm := v.startUsers(b, load.Order{Task: load.Connect, Sockets: b.N}, "person")
	began := time.Now()
	var heard load.Report
	load.Measure(b, "arrival", b.N, func() {
		storm.Go()
		b.ReportMetric(time.Since(began).Seconds(), "s-until-all-arrived")
		heard = watchers.Finish()
	})
	b.ReportMetric(time.Since(began).Seconds(), "s-until-all-heard")
	b.ReportMetric(float64(heard.Messages)/benchWatchers, "frames/watcher")
	b.ReportMetric(float64(heard.Bytes)/benchWatchers/1024, "KiB/watcher")
	storm.Finish()
	if lost := v.hub.Stats().Closed; lost[wire.CloseTooSlow] > 0 || heard.Events < b.N*benchWatchers {
		b.Errorf("%d arrivals were heard, want %d; lost were %v", heard.Events, b.N*benchWatchers, lost)
	}
}

// crowd is a load in which everybody is another person, and watches presence.
func (v *venue) startUsers(b *testing.B, order load.Order, name string) *load.Process {
	b.Helper()
	order.Address = v.listener.Addr().String()
	for i := range order.Sockets {
		_, secret, err := v.account.SignUp(b.Context(), account.NewPerson{
			FullName: fmt.Sprint("Bench ", name, " ", i), Email: fmt.Sprint(name, i, "@test.example"), Password: "correct horse battery",
		}, account.Client{})
		if err != nil {
			b.Fatal(err)
		}
		order.Roles = append(order.Roles, load.Role{Path: "/socket", Cookie: "hubbub_session=" + secret, First: []string{subscribing}})
	}
	return load.Start(b, order)
}
