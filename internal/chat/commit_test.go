package chat

import (
	"context"
	"io"
	"slices"
	"testing"

	"hubbub/internal/account"
	"hubbub/internal/base/fault"
	"hubbub/internal/base/index"
	"hubbub/internal/base/loop"
	"hubbub/internal/base/postgres"
	"hubbub/internal/testkit"
)

// scriptedIndex calls put for the entries of each batch, in the batch's transaction. While a test holds back the first
// batch, the senders that come later wait for the next one.
type scriptedIndex struct {
	index.None
	calls int
	put   func(call int, texts []string) error
}

func (x *scriptedIndex) Put(_ context.Context, _ postgres.Tx, entries ...index.Entry) error {
	var texts []string
	for _, e := range entries {
		if e.Kind == index.Message {
			texts = append(texts, e.Body)
		}
	}
	if len(texts) == 0 {
		return nil
	}
	x.calls++
	return x.put(x.calls, texts)
}

// outcome is the result of sending one text.
type outcome struct {
	text string
	err  error
}

// sendTogether sends "first" and, while that is being committed, "good" and "bad", which are one batch then. put is
// called for each batch that is tried, the first one excepted, which is stored. It returns the service, the user, and
// the error of each send.
func sendTogether(
	t *testing.T, put func(call int, texts []string) error,
) (s *Service, ada account.User, room Room, calls int, errs map[string]error) {
	t.Helper()
	began, proceed := make(chan struct{}), make(chan struct{})
	x := &scriptedIndex{put: func(call int, texts []string) error {
		if call == 1 {
			close(began)
			<-proceed
			return nil
		}
		return put(call, texts)
	}}
	s, _, ada = newTestService(t, func(c *Config) { c.Index = x })
	room, err := s.Create(t.Context(), nil, ada, NewRoom{Name: "one", Kind: Public})
	if err != nil {
		t.Fatal(err)
	}
	outcomes := make(chan outcome)
	send := func(text string) {
		go func() {
			err := silentGuard.Try("request", func() error {
				_, err := s.Send(t.Context(), nil, ada, Outgoing{RoomID: room.ID, Text: text})
				return err
			})
			outcomes <- outcome{text, err}
		}()
	}
	send("first")
	<-began
	send("good")
	send("bad")
	testkit.Eventually(t, "two drafts wait for a commit", testkit.Timeout, func() bool {
		s.committer.mu.Lock()
		defer s.committer.mu.Unlock()
		return len(s.committer.waiting) == 2
	})
	close(proceed)
	errs = map[string]error{}
	for range 3 {
		o := <-outcomes
		errs[o.text] = o.err
	}
	return s, ada, room, x.calls, errs
}

// wantStored compares the texts of the room's messages with want, in any order.
func wantStored(t *testing.T, s *Service, room Room, want ...string) {
	t.Helper()
	messages, err := lastMessages(t.Context(), s.db, room.ID, pageSize)
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, m := range messages {
		texts = append(texts, m.Text)
	}
	slices.Sort(texts)
	if !slices.Equal(texts, want) {
		t.Errorf("the room has the messages %q, want %q", texts, want)
	}
}

func TestGroupCommitDoesNotRetryBatchOfUnknownOutcome(t *testing.T) {
	s, _, room, calls, errs := sendTogether(t, func(int, []string) error {
		return io.ErrUnexpectedEOF // as if the connection broke: the commit may have happened
	})
	if calls != 2 { // "first" alone, then the other two as one batch
		t.Errorf("%d batches were tried, want 2", calls)
	}
	if errs["first"] != nil || errs["good"] == nil || errs["bad"] == nil {
		t.Errorf("the sends ended with %v, want errors for all but \"first\"", errs)
	}
	wantStored(t, s, room, "first")
}

func TestGroupCommitStoresOthersWhenOneDraftFails(t *testing.T) {
	s, _, room, _, errs := sendTogether(t, func(_ int, texts []string) error {
		if slices.Contains(texts, "bad") {
			return fault.Conflict("bad")
		}
		return nil
	})
	if errs["first"] != nil || errs["good"] != nil || !fault.Is(errs["bad"], 409) {
		t.Errorf("the sends ended with %v, want a conflict for \"bad\" only", errs)
	}
	wantStored(t, s, room, "first", "good")
}

func TestGroupCommitReleasesWaitingSendersOnPanic(t *testing.T) {
	s, ada, room, _, errs := sendTogether(t, func(call int, _ []string) error {
		if call == 2 {
			panic("commit")
		}
		return nil
	})
	leader, other := errs["good"], errs["bad"]
	if loop.Panicked(other) {
		leader, other = other, leader
	}
	if errs["first"] != nil || !loop.Panicked(leader) || other == nil || loop.Panicked(other) {
		t.Errorf("the sends ended with %v, want one panic and one error beside \"first\"", errs)
	}
	if _, err := s.Send(t.Context(), nil, ada, Outgoing{RoomID: room.ID, Text: "next"}); err != nil {
		t.Errorf("Send after the panic: %v", err)
	}
	wantStored(t, s, room, "first", "next")
}
