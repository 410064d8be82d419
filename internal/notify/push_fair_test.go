package notify

import (
	"fmt"
	"testing"

	"hubbub/internal/testkit"
)

func TestPushAttemptsOfAUserLeaveSlotsForOthers(t *testing.T) {
	p := newPushTest(t)
	var releases []func()
	for i := range maxDevices {
		releases = append(releases, p.subscribed(fmt.Sprint("hanging ", i), maya).Hangs())
	}
	for i := range 5 {
		p.send(mention(fmt.Sprint("message:", i)))
	}
	phone := p.subscribed("phone", theo)
	toTheo := mention("message:5")
	toTheo.UserID = theo
	p.send(toTheo)

	p.clock.advance(pushAfter)
	p.push.work(t.Context())
	phone.WantPushes(1)
	testkit.Eventually(t, "attempts to two of Maya's devices", testkit.Timeout, func() bool { return p.service.Tries() == maxAttemptsPerUser+1 })
	p.push.work(t.Context())
	if tries := p.service.Tries(); tries != maxAttemptsPerUser+1 {
		t.Errorf("%d attempts began, want %d to Maya's devices and one to Theo's", tries, maxAttemptsPerUser)
	}
	for _, release := range releases {
		release()
	}
	p.advance(0)
	if tries := p.service.Tries(); tries != 5*maxDevices+1 {
		t.Errorf("%d attempts in the end", tries)
	}
}

func TestPushAttemptsAtAServiceLeaveSlotsForOthers(t *testing.T) {
	p := newPushTest(t)
	_, err := p.db.Exec(t.Context(), `
		insert into account.users (full_name, handle, email, password_hash)
		select 'Person ' || n, 'person' || n, 'person' || n || '@test.example', 'none' from generate_series(1, $1) n`, maxAttemptsPerHost)
	if err != nil {
		t.Fatal(err)
	}
	var releases []func()
	for i := range maxAttemptsPerHost {
		userID := int64(priya + 1 + i)
		releases = append(releases, p.subscribed(fmt.Sprint("hanging ", i), userID).Hangs())
		for j := range maxAttemptsPerUser {
			n := mention(fmt.Sprint("message:", j))
			n.UserID = userID
			p.send(n)
		}
	}
	p.clock.advance(pushAfter)
	p.push.work(t.Context())
	testkit.Eventually(t, "the service's slots are taken", testkit.Timeout, func() bool { return p.service.Tries() == maxAttemptsPerHost })
	p.push.work(t.Context())
	if free := p.push.attempts.free(); free != maxAttemptsAtOnce-maxAttemptsPerHost {
		t.Errorf("%d slots are left for other services, want %d", free, maxAttemptsAtOnce-maxAttemptsPerHost)
	}
	for _, release := range releases {
		release()
	}
	p.advance(0)
}
