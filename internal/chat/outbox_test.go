package chat

import (
	"context"
	"io"
	"slices"
	"sync"
	"testing"

	"hubbub/internal/base/fault"
	"hubbub/internal/base/loop"
	"hubbub/internal/testkit"
)

func TestGroupCommitDoesNotRetryBatchOfUnknownOutcome(t *testing.T) {
	calls, errs := submitTogether(t, func(drafts []draft) error {
		return io.ErrUnexpectedEOF // the connection broke, perhaps after the commit
	})
	if calls != 2 { // "first" alone, then the other two as one batch
		t.Errorf("commit was called %d times, want 2", calls)
	}
	for text, err := range errs {
		if err == nil {
			t.Errorf("Submit of %q returned no error", text)
		}
	}
}

func TestGroupCommitStoresOthersWhenOneDraftFails(t *testing.T) {
	_, errs := submitTogether(t, func(drafts []draft) error {
		for _, d := range drafts {
			if d.Text == "archived" {
				return fault.Conflict("archived")
			}
		}
		return nil
	})
	if errs["first"] != nil || errs["good"] != nil || !fault.Is(errs["archived"], 409) {
		t.Errorf("Submit returned %v, want a conflict for \"archived\" only", errs)
	}
}

// submitTogether submits "first" and, while that is committed, "good" and "archived". commit returns the error of each
// batch.
func submitTogether(t *testing.T, commit func([]draft) error) (calls int, errs map[string]error) {
	t.Helper()
	began, proceed := make(chan struct{}), make(chan struct{})
	var c committer
	c.commit = func(_ context.Context, drafts []draft) ([]insertedRow, error) {
		if calls++; calls == 1 {
			close(began)
			<-proceed
		}
		return slices.Repeat([]insertedRow{{ID: 1, Seq: 1}}, len(drafts)), commit(drafts)
	}
	var sending sync.WaitGroup
	var mu sync.Mutex
	errs = map[string]error{}
	send := func(text string) {
		sending.Go(func() {
			_, err := c.Submit(t.Context(), draft{Text: text})
			mu.Lock()
			defer mu.Unlock()
			errs[text] = err
		})
	}
	send("first")
	<-began
	send("good")
	send("archived")
	testkit.Eventually(t, "two drafts wait for a commit", testkit.Patience, func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		return len(c.waiting) == 2
	})
	close(proceed)
	sending.Wait()
	return calls, errs
}

func TestGroupCommitReleasesWaitingSendersOnPanic(t *testing.T) {
	began, proceed := make(chan struct{}), make(chan struct{})
	calls := 0
	var c committer
	c.commit = func(_ context.Context, drafts []draft) ([]insertedRow, error) {
		switch calls++; calls {
		case 1:
			close(began)
			<-proceed
		case 2:
			panic("commit")
		}
		return slices.Repeat([]insertedRow{{ID: 1, Seq: 1}}, len(drafts)), nil
	}
	var sending sync.WaitGroup
	outcomes := make(chan string, 3)
	send := func() {
		sending.Go(func() {
			err := loop.Guard{Log: silentGuard.Log}.Try("request", func() error {
				_, err := c.Submit(t.Context(), draft{})
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
	testkit.Eventually(t, "two drafts wait for a commit", testkit.Patience, func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		return len(c.waiting) == 2
	})
	close(proceed)
	sending.Wait()
	close(outcomes)
	if got := slices.Sorted(collect(outcomes)); !slices.Equal(got, []string{"failed", "panicked", "stored"}) {
		t.Errorf("the sends ended with %v, want one each of failed, panicked and stored", got)
	}
	if _, err := c.Submit(t.Context(), draft{}); err != nil {
		t.Errorf("Submit after the panic: %v", err)
	}
}

// collect returns an iterator over the values of a closed channel.
func collect[T any](from <-chan T) func(yield func(T) bool) {
	return func(yield func(T) bool) {
		for v := range from {
			if !yield(v) {
				return
			}
		}
	}
}
