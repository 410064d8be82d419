package chat

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"

	"hubbub/internal/account"
	"hubbub/internal/base/loop"
)

// silentGuard is a guard that discards its log.
var silentGuard = loop.Guard{Log: slog.New(slog.DiscardHandler)}

// recordingNotifier records its calls, of which the next failures ones fail.
type recordingNotifier struct {
	mu       sync.Mutex
	calls    []string
	failures int
}

func (c *recordingNotifier) record(call string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls = append(c.calls, call)
	if c.failures > 0 {
		c.failures--
		return errors.New("the connection broke")
	}
	return nil
}

func (c *recordingNotifier) Notify(_ context.Context, a Alert) error {
	return c.record(fmt.Sprintf("%s %s to %d", a.Kind, a.Key, a.UserID))
}

func (c *recordingNotifier) Withdraw(_ context.Context, key string) error {
	return c.record("withdraw " + key)
}

func (c *recordingNotifier) Reword(_ context.Context, key, text string) error {
	return c.record("reword " + key + " " + text)
}

func (c *recordingNotifier) RoomRead(context.Context, int64, int64, int64) error { return nil }

func (stubPresence) ActiveAt(int64, []string) bool { return false }

// newNotifyingService returns a service with a recording notifier, and two users.
func newNotifyingService(t *testing.T) (*Service, *recordingNotifier, account.User, account.User) {
	t.Helper()
	n := &recordingNotifier{}
	s, _, ada := newTestService(t, func(c *Config) { *c = notifyBy(n) })
	person := account.SignUpInput{FullName: "Bob", Email: "bob@test.example", Password: "correct horse"}
	bob, _, err := s.people.(*account.Service).SignUp(t.Context(), person, account.Client{})
	if err != nil {
		t.Fatal(err)
	}
	return s, n, ada, bob.User
}

func notifyBy(n Notifier) Config {
	return Config{Presence: stubPresence{}, Notifier: n, Attention: stubPresence{}}
}

// wantCalls compares the calls since the last one with want.
func (c *recordingNotifier) wantCalls(t *testing.T, want ...string) {
	t.Helper()
	if !slices.Equal(c.calls, want) {
		t.Errorf("the notifier was called with %q, want %q", c.calls, want)
	}
	c.calls = nil
}

// deliverAlertsNow makes all entries due and handles them.
func (s *Service) deliverAlertsNow(t *testing.T) {
	t.Helper()
	if _, err := s.db.Exec(t.Context(), `update chat.alerts set due_at = now()`); err != nil {
		t.Fatal(err)
	}
	if err := s.DeliverAlerts(t.Context(), silentGuard); err != nil {
		t.Fatal(err)
	}
}

func TestAlertOutlivesCrashesAndFailures(t *testing.T) {
	s, c, ada, bob := newNotifyingService(t)
	room, err := s.Create(t.Context(), nil, ada, NewRoom{Name: "one", Kind: Public})
	if err != nil {
		t.Fatal(err)
	}
	m, err := s.Send(t.Context(), nil, ada, Outgoing{RoomID: room.ID, Text: "@bob hello"})
	if err != nil {
		t.Fatal(err)
	}
	mention := fmt.Sprintf("mention message:%d to %d", m.ID, bob.ID)
	c.wantCalls(t)
	c.failures = 1
	restarted := New(s.db, s.hub, s.people, notifyBy(c)) // the process has crashed before it handled the entry
	restarted.deliverAlertsNow(t)                        // fails
	c.wantCalls(t, mention)
	restarted.deliverAlertsNow(t)
	c.wantCalls(t, mention)
	restarted.deliverAlertsNow(t)
	c.wantCalls(t)
}

func TestAlertsOfAMessageStayInOrderAcrossNodes(t *testing.T) {
	s, c, ada, bob := newNotifyingService(t)
	room, err := s.Create(t.Context(), nil, ada, NewRoom{Name: "one", Kind: Public})
	if err != nil {
		t.Fatal(err)
	}
	m, err := s.Send(t.Context(), nil, ada, Outgoing{RoomID: room.ID, Text: "@bob hello"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Edit(t.Context(), nil, ada, m.ID, "@bob good bye"); err != nil {
		t.Fatal(err)
	}
	notifier := &callingNotifier{recordingNotifier: c, before: func() { // the other node has claimed the first entry
		if err := s.DeliverAlerts(t.Context(), silentGuard); err != nil {
			t.Error(err)
		}
		c.wantCalls(t)
	}}
	other := New(s.db, s.hub, s.people, notifyBy(notifier))
	other.deliverAlertsNow(t)
	mention := fmt.Sprintf("mention message:%d to %d", m.ID, bob.ID)
	c.wantCalls(t, mention, fmt.Sprintf("reword message:%d @bob good bye", m.ID), mention)
	if _, err := s.Delete(t.Context(), nil, ada, m.ID); err != nil {
		t.Fatal(err)
	}
	s.deliverAlertsNow(t)
	c.wantCalls(t, fmt.Sprintf("withdraw message:%d", m.ID))
}

func TestAlertsOmitDeletedMessagesAndRemovedMembers(t *testing.T) {
	s, c, ada, bob := newNotifyingService(t)
	room, err := s.Create(t.Context(), nil, ada, NewRoom{Name: "one", Kind: Private, Members: []int64{bob.ID}})
	if err != nil {
		t.Fatal(err)
	}
	m, err := s.Send(t.Context(), nil, ada, Outgoing{RoomID: room.ID, Text: "@bob hello"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Send(t.Context(), nil, ada, Outgoing{RoomID: room.ID, Text: "@bob hello again"}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Delete(t.Context(), nil, ada, m.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.RemoveMember(t.Context(), nil, ada, room.ID, bob.ID); err != nil {
		t.Fatal(err)
	}
	s.deliverAlertsNow(t)
	c.wantCalls(t, fmt.Sprintf("withdraw message:%d", m.ID))
}

func TestAlertKindsOfAMessage(t *testing.T) {
	reply := &Quote{Sender: account.Profile{ID: 2}}
	for _, c := range []struct {
		m    Message
		two  []int64
		want map[int64]AlertKind
	}{
		{Message{Sender: account.Profile{ID: 1}}, nil, map[int64]AlertKind{}},
		{
			Message{Sender: account.Profile{ID: 1}, Mentions: []int64{1, 2, 3}, ReplyTo: reply},
			[]int64{1, 2},
			map[int64]AlertKind{2: AlertMention, 3: AlertMention},
		},
		{Message{Sender: account.Profile{ID: 1}, ReplyTo: reply}, []int64{1, 2}, map[int64]AlertKind{2: AlertReply}},
		{Message{Sender: account.Profile{ID: 2}, ReplyTo: reply}, []int64{1, 2}, map[int64]AlertKind{1: AlertDirect}},
		{Message{Sender: account.Profile{ID: 1}}, []int64{1, 1}, map[int64]AlertKind{}},
	} {
		if got := c.m.alertKinds(c.two); fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("the message concerns %v, want %v", got, c.want)
		}
	}
}

// callingNotifier calls before in its first call of Notify.
type callingNotifier struct {
	*recordingNotifier
	before func()
	once   sync.Once
}

func (c *callingNotifier) Notify(ctx context.Context, a Alert) error {
	c.once.Do(c.before)
	return c.recordingNotifier.Notify(ctx, a)
}

// panickingNotifier panics on the alerts of one message.
type panickingNotifier struct {
	*recordingNotifier
	poison int64 // the message's id
}

func (p panickingNotifier) Notify(ctx context.Context, a Alert) error {
	if a.MessageID == p.poison {
		panic("poison")
	}
	return p.recordingNotifier.Notify(ctx, a)
}

func TestAlertThatPanicsDoesNotDelayTheOthers(t *testing.T) {
	s, c, ada, bob := newNotifyingService(t)
	room, err := s.Create(t.Context(), nil, ada, NewRoom{Name: "one", Kind: Public})
	if err != nil {
		t.Fatal(err)
	}
	var sent []Message
	for range 2 {
		m, err := s.Send(t.Context(), nil, ada, Outgoing{RoomID: room.ID, Text: "@bob hello"})
		if err != nil {
			t.Fatal(err)
		}
		sent = append(sent, m)
	}
	mention := func(i int) string { return fmt.Sprintf("mention message:%d to %d", sent[i].ID, bob.ID) }
	s.alerts.notifier = panickingNotifier{c, sent[0].ID}
	s.deliverAlertsNow(t)
	c.wantCalls(t, mention(1))
	s.alerts.notifier = c
	s.deliverAlertsNow(t)
	c.wantCalls(t, mention(0))
}
