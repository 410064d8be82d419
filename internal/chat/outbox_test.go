package chat

import (
	"context"
	"io"
	"slices"
	"sync"
	"testing"

	"hubbub/internal/fault"
	"hubbub/internal/loop"
	"hubbub/internal/testkit"
)

func TestALoadWhoseCommitIsUnknownIsNotStoredAgain(t *testing.T) {
	calls, errs := sendTogether(t, func(drafts []draft) error {
		return io.ErrUnexpectedEOF // the connection broke; perhaps after the commit
	})
	if calls != 2 { // the one that came first, and the two behind it
		t.Errorf("it was stored %d times", calls)
	}
	for _, err := range errs {
		if err == nil {
			t.Error("somebody was told that it is stored")
		}
	}
}

func TestADraftThatCannotBeStoredDoesNotHoldUpTheOthers(t *testing.T) {
	_, errs := sendTogether(t, func(drafts []draft) error {
		for _, d := range drafts {
			if d.Text == "archived" {
				return fault.Conflict("archived")
			}
		}
		return nil
	})
	if errs["first"] != nil || errs["good"] != nil || !fault.Is(errs["archived"], 409) {
		t.Errorf("they were told %v", errs)
	}
}

// sendTogether sends "first", and while that is stored "good" and "archived".
func sendTogether(t *testing.T, store func([]draft) error) (calls int, errs map[string]error) {
	t.Helper()
	began, goOn := make(chan struct{}), make(chan struct{})
	var o committer
	o.commit = func(_ context.Context, drafts []draft) ([]insertedRow, error) {
		if calls++; calls == 1 {
			close(began)
			<-goOn
		}
		return slices.Repeat([]insertedRow{{ID: 1, Seq: 1}}, len(drafts)), store(drafts)
	}
	var sending sync.WaitGroup
	var mu sync.Mutex
	errs = map[string]error{}
	send := func(text string) {
		sending.Go(func() {
			_, err := o.Submit(t.Context(), draft{Text: text})
			mu.Lock()
			defer mu.Unlock()
			errs[text] = err
		})
	}
	send("first")
	<-began
	send("good")
	send("archived")
	testkit.Eventually(t, "two wait", testkit.Patience, func() bool {
		o.mu.Lock()
		defer o.mu.Unlock()
		return len(o.waiting) == 2
	})
	close(goOn)
	sending.Wait()
	return calls, errs
}

func TestOutboxReleasesTheWaitingWhenStoringPanics(t *testing.T) {
	began, goOn := make(chan struct{}), make(chan struct{})
	calls := 0
	var o committer
	o.commit = func(_ context.Context, drafts []draft) ([]insertedRow, error) {
		switch calls++; calls {
		case 1:
			close(began)
			<-goOn
		case 2:
			panic("storing")
		}
		return slices.Repeat([]insertedRow{{ID: 1, Seq: 1}}, len(drafts)), nil
	}
	var sending sync.WaitGroup
	outcomes := make(chan string, 3)
	send := func() {
		sending.Go(func() {
			err := loop.Guard{Log: quiet.Log}.Try("request", func() error {
				_, err := o.Submit(t.Context(), draft{})
				return err
			})
			switch {
			case loop.Panicked(err):
				outcomes <- "panicked"
			case err != nil:
				outcomes <- "failed"
			default:
				outcomes <- "stored"
			}
		})
	}
	send()
	<-began
	send()
	send()
	testkit.Eventually(t, "two wait", testkit.Patience, func() bool {
		o.mu.Lock()
		defer o.mu.Unlock()
		return len(o.waiting) == 2
	})
	close(goOn)
	sending.Wait()
	close(outcomes)
	if got := slices.Sorted(collect(outcomes)); !slices.Equal(got, []string{"failed", "panicked", "stored"}) {
		t.Errorf("the sends %v", got)
	}
	if _, err := o.Submit(t.Context(), draft{}); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// collect reads what a closed channel holds.
func collect[T any](from <-chan T) func(yield func(T) bool) {
	return func(yield func(T) bool) {
		for v := range from {
			if !yield(v) {
				return
			}
		}
	}
}
