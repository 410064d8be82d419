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
	"hubbub/internal/loop"
	"hubbub/internal/postgres"
)

// quiet is a guard whose log nobody reads.
var quiet = loop.Guard{Log: slog.New(slog.DiscardHandler)}

// confidant remembers what it is told, and fails as often as it is asked to.
type confidant struct {
	mu    sync.Mutex
	told  []string
	fails int
}

func (c *confidant) hear(what string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.told = append(c.told, what)
	if c.fails > 0 {
		c.fails--
		return errors.New("the line went dead just then")
	}
	return nil
}

func (c *confidant) Notify(_ context.Context, a Alert) error {
	return c.hear(fmt.Sprintf("%s %s to %d", a.Kind, a.Key, a.UserID))
}

func (c *confidant) Withdraw(_ context.Context, key string) error { return c.hear("withdraw " + key) }

func (c *confidant) Reword(_ context.Context, key, text string) error {
	return c.hear("reword " + key + " " + text)
}

func (c *confidant) RoomRead(context.Context, int64, int64, int64) error { return nil }

func (alone) ActiveAt(int64, []string) bool { return false }

// confiding is chatting with somebody who is told, and a second person.
func confiding(t *testing.T) (*Service, *confidant, account.User, account.User) {
	t.Helper()
	s, _, ada := chatting(t)
	bob, _, err := s.people.(*account.Service).SignUp(t.Context(), account.NewPerson{FullName: "Bob", Email: "bob@test.example", Password: "correct horse"}, account.Client{})
	if err != nil {
		t.Fatal(err)
	}
	c := &confidant{}
	s.NotifyBy(c, alone{})
	return s, c, ada, bob.User
}

func (c *confidant) wants(t *testing.T, want ...string) {
	t.Helper()
	if !slices.Equal(c.told, want) {
		t.Errorf("it was told %q, want %q", c.told, want)
	}
	c.told = nil
}

func (s *Service) tellNow(t *testing.T) {
	t.Helper()
	if _, err := s.db.Exec(t.Context(), `update chat.alerts set due_at = now()`); err != nil {
		t.Fatal(err)
	}
	if err := s.TellAlerts(t.Context(), quiet); err != nil {
		t.Fatal(err)
	}
}

func TestWhatHasToBeToldOutlivesItsProcessAndItsFailures(t *testing.T) {
	s, c, ada, bob := confiding(t)
	room, err := s.Create(t.Context(), nil, ada, NewRoom{Name: "one", Kind: Public})
	if err != nil {
		t.Fatal(err)
	}
	m, err := s.Send(t.Context(), nil, ada, Outgoing{RoomID: room.ID, Text: "@bob hello"})
	if err != nil {
		t.Fatal(err)
	}
	told := fmt.Sprintf("mention message:%d to %d", m.ID, bob.ID)
	c.wants(t)
	c.fails = 1
	after := New(s.db, s.hub, s.people, alone{}) // the process died here
	after.NotifyBy(c, alone{})
	after.tellNow(t)
	c.wants(t, told)
	after.tellNow(t)
	c.wants(t, told)
	after.tellNow(t)
	c.wants(t)
}

func TestWhatHappensToAMessageIsToldInItsOrderByNodesAtOnce(t *testing.T) {
	s, c, ada, bob := confiding(t)
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
	err = postgres.InTx(t.Context(), s.db, func(tx postgres.Tx) error { // another node tells the first
		taken, err := takeDueAlerts(t.Context(), tx)
		if err != nil || len(taken) != 1 || taken[0].kind != entryMessage {
			t.Errorf("it takes %+v, %v", taken, err)
		}
		if err := s.TellAlerts(t.Context(), quiet); err != nil {
			return err
		}
		c.wants(t)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s.tellNow(t)
	mention := fmt.Sprintf("mention message:%d to %d", m.ID, bob.ID)
	c.wants(t, mention, fmt.Sprintf("reword message:%d @bob good bye", m.ID), mention)
	if _, err := s.Delete(t.Context(), nil, ada, m.ID); err != nil {
		t.Fatal(err)
	}
	s.tellNow(t)
	c.wants(t, fmt.Sprintf("withdraw message:%d", m.ID))
}

func TestAMessageThatIsGoneByThenIsToldNobody(t *testing.T) {
	s, c, ada, bob := confiding(t)
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
	s.tellNow(t)
	c.wants(t, fmt.Sprintf("withdraw message:%d", m.ID))
}

func TestAMessageConcernsEachPersonOnce(t *testing.T) {
	reply := &Quote{Sender: account.Profile{ID: 2}}
	for _, c := range []struct {
		m    Message
		two  []int64
		want map[int64]AlertKind
	}{
		{Message{Sender: account.Profile{ID: 1}}, nil, map[int64]AlertKind{}},
		{Message{Sender: account.Profile{ID: 1}, Mentions: []int64{1, 2, 3}, ReplyTo: reply}, []int64{1, 2}, map[int64]AlertKind{2: AlertMention, 3: AlertMention}},
		{Message{Sender: account.Profile{ID: 1}, ReplyTo: reply}, []int64{1, 2}, map[int64]AlertKind{2: AlertReply}},
		{Message{Sender: account.Profile{ID: 2}, ReplyTo: reply}, []int64{1, 2}, map[int64]AlertKind{1: AlertDirect}},
		{Message{Sender: account.Profile{ID: 1}}, []int64{1, 1}, map[int64]AlertKind{}},
	} {
		if got := c.m.concerns(c.two); fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("it concerns %v, want %v", got, c.want)
		}
	}
}

// panicky is a notifier to whom one alert is poison.
type panicky struct {
	*confidant
	poison int64 // a message
}

func (p panicky) Notify(ctx context.Context, a Alert) error {
	if a.MessageID == p.poison {
		panic("poison")
	}
	return p.confidant.Notify(ctx, a)
}

func TestAlertThatPanicsDoesNotHoldUpTheOthers(t *testing.T) {
	s, c, ada, bob := confiding(t)
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
	s.NotifyBy(panicky{c, sent[0].ID}, alone{})
	s.tellNow(t)
	c.wants(t, mention(1))
	s.NotifyBy(c, alone{})
	s.tellNow(t)
	c.wants(t, mention(0))
}
