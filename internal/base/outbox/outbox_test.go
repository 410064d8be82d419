package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"hubbub/internal/base/loop"
	"hubbub/internal/base/outbox"
	"hubbub/internal/base/postgres"
	"hubbub/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

var quiet = loop.Guard{Log: slog.New(slog.DiscardHandler)}

// entry is a row of the tests' outbox.
type entry struct {
	id   int64
	key  string
	text string
}

var entries = outbox.Table[entry]{
	Name: "try.entries", Key: "key", Columns: "id, coalesce(key, ''), text",
	Scan: func(row pgx.Row) (e entry, err error) { return e, row.Scan(&e.id, &e.key, &e.text) },
}

// database returns a database with the table of the outbox.
func database(t testing.TB) *postgres.DB {
	t.Helper()
	db := testkit.Database(t)
	for _, sql := range []string{
		`create schema try`,
		`create table try.entries (
		   id bigint generated always as identity primary key, key text, text text not null,
		   at timestamptz not null default now(), attempts integer not null default 0, due_at timestamptz not null default now())`,
		`create index entries_due on try.entries (due_at, id)`,
		`create index entries_by_key on try.entries (key, id)`,
	} {
		run(t, db, sql)
	}
	return db
}

func run(t testing.TB, db *postgres.DB, sql string, args ...any) {
	t.Helper()
	if _, err := db.Exec(context.WithoutCancel(t.Context()), sql, args...); err != nil {
		t.Fatal(err)
	}
}

// add adds entries; a text of "k:a" has the key k.
func add(t testing.TB, db *postgres.DB, texts ...string) {
	t.Helper()
	run(t, db, `
		insert into try.entries (key, text)
		select nullif(split_part(text, ':', 1), text), text from unnest($1::text[]) with ordinality as u (text, n) order by n`, texts)
}

// makeDue makes all entries due, including those that failed or are claimed.
func makeDue(t testing.TB, db *postgres.DB) {
	t.Helper()
	run(t, db, `update try.entries set due_at = now()`)
}

func count(t testing.TB, db *postgres.DB) (n int) {
	t.Helper()
	if err := db.QueryRow(t.Context(), `select count(*) from try.entries`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// worker records the entries that it did, in their order. before, if set, is called
// first, and its error is the entry's.
type worker struct {
	mu     sync.Mutex
	did    []string
	before func(ctx context.Context, text string) error
}

func (w *worker) do(ctx context.Context, e entry) error {
	var err error
	if w.before != nil {
		err = w.before(ctx, e.text)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if err == nil {
		w.did = append(w.did, e.text)
	}
	return err
}

func (w *worker) all() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.did)
}

func (w *worker) want(t *testing.T, texts ...string) {
	t.Helper()
	if !slices.Equal(w.all(), texts) {
		t.Errorf("did %q, want %q", w.all(), texts)
	}
}

func newOutbox(db *postgres.DB, w *worker) *outbox.Outbox[entry] {
	return outbox.New(db, outbox.Config[entry]{Name: "try", Table: entries, Do: w.do})
}

func work(t *testing.T, o *outbox.Outbox[entry]) {
	t.Helper()
	if err := o.Work(t.Context(), quiet); err != nil {
		t.Fatal(err)
	}
}

func TestOutboxDoesEntriesInOrderAndDeletesThem(t *testing.T) {
	t.Parallel()
	db, w := database(t), &worker{}
	o := newOutbox(db, w)
	var texts []string
	for i := range 120 {
		texts = append(texts, fmt.Sprint(i))
	}
	add(t, db, texts...)
	work(t, o)
	w.want(t, texts...)
	if n := count(t, db); n != 0 || o.Stats().Done != 120 || o.Stats().Failed != 0 {
		t.Errorf("%d entries are left, the stats are %+v", n, o.Stats())
	}
}

func TestOutboxBadEntryDoesNotBlockOthers(t *testing.T) {
	t.Parallel()
	db := database(t)
	var panics int
	guard := loop.Guard{Log: quiet.Log, OnPanic: func(string) { panics++ }}
	bad := map[string]bool{"fails": true, "panics": true}
	w := &worker{before: func(_ context.Context, text string) error {
		if bad[text] && text == "panics" {
			panic("poison")
		}
		if bad[text] {
			return errors.New("broken")
		}
		return nil
	}}
	o := newOutbox(db, w)
	add(t, db, "fails", "panics", "a", "b")
	if err := o.Work(t.Context(), guard); err != nil {
		t.Fatal(err)
	}
	w.want(t, "a", "b")
	if panics != 1 || o.Stats().Failed != 2 {
		t.Errorf("%d panics, %d failures", panics, o.Stats().Failed)
	}
	work(t, o) // they are not due yet
	w.want(t, "a", "b")
	clear(bad)
	makeDue(t, db)
	work(t, o)
	w.want(t, "a", "b", "fails", "panics")
}

func TestOutboxDoesEntriesOfAKeyInOrder(t *testing.T) {
	t.Parallel()
	db := database(t)
	failing := true
	w := &worker{before: func(_ context.Context, text string) error {
		if failing && text == "k:1" {
			return errors.New("broken")
		}
		return nil
	}}
	o := newOutbox(db, w)
	add(t, db, "k:1", "k:2", "other:1", "k:3")
	work(t, o)
	w.want(t, "other:1")
	failing = false
	makeDue(t, db)
	work(t, o)
	w.want(t, "other:1", "k:1", "k:2", "k:3")
}

func TestOutboxKeyWaitsForTheClaimOfAnotherNode(t *testing.T) {
	t.Parallel()
	db := database(t)
	here, there := &worker{}, &worker{}
	node := newOutbox(db, here)
	there.before = func(_ context.Context, text string) error {
		if text == "k:1" { // the other node has claimed it
			add(t, db, "k:2", "alone")
			work(t, node)
			here.want(t, "alone")
		}
		return nil
	}
	add(t, db, "k:1")
	work(t, newOutbox(db, there))
	there.want(t, "k:1", "k:2")
}

func TestOutboxEntryIsDoneByOneOfSeveralNodes(t *testing.T) {
	t.Parallel()
	db := database(t)
	const many, nodes = 400, 4
	var texts []string
	for i := range many {
		texts = append(texts, fmt.Sprintf("key%d:%d", i%7, i))
	}
	add(t, db, texts...)
	var mu sync.Mutex
	doing, times, last := map[string]bool{}, map[string]int{}, map[string]string{}
	do := func(_ context.Context, e entry) error {
		mu.Lock()
		if doing[e.key] {
			t.Errorf("two nodes do entries of %s at once", e.key)
		}
		doing[e.key] = true
		times[e.text]++
		mu.Unlock()
		defer func() {
			mu.Lock()
			defer mu.Unlock()
			doing[e.key], last[e.key] = false, e.text
		}()
		return nil
	}
	var all sync.WaitGroup
	for range nodes {
		o := outbox.New(db, outbox.Config[entry]{Name: "try", Table: entries, Do: do})
		all.Go(func() {
			for count(t, db) > 0 {
				if err := o.Work(t.Context(), quiet); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	for _, text := range texts {
		if times[text] != 1 {
			t.Errorf("%s was done %d times", text, times[text])
		}
	}
	for i := range 7 {
		key := fmt.Sprintf("key%d", i)
		if want := texts[len(texts)-7+(i+7-len(texts)%7)%7]; last[key] != want {
			t.Errorf("the last entry of %s was %s, want %s", key, last[key], want)
		}
	}
}

func TestOutboxRepeatsTheEntriesOfACrashedNode(t *testing.T) {
	t.Parallel()
	db := database(t)
	add(t, db, "done", "in progress", "claimed")
	node := &worker{before: func(_ context.Context, text string) error {
		if text == "in progress" {
			run(t, db, `alter table try.entries rename to gone`) // the node does not come to store its results
		}
		return nil
	}}
	if err := newOutbox(db, node).Work(t.Context(), quiet); err == nil {
		t.Fatal("the results were stored")
	}
	run(t, db, `alter table try.gone rename to entries`)
	other := &worker{}
	o := newOutbox(db, other)
	work(t, o)
	other.want(t) // until the lease ends
	makeDue(t, db)
	work(t, o)
	other.want(t, "done", "in progress", "claimed")
}

func TestOutboxRunTakesOverWhenALeaseEnds(t *testing.T) {
	t.Parallel()
	db := database(t)
	add(t, db, "a")
	run(t, db, `update try.entries set attempts = 1, due_at = now() + interval '1500 ms'`) // claimed by a node that has crashed
	ctx, stop := context.WithCancel(t.Context())
	w := &worker{}
	o := newOutbox(db, w)
	began := time.Now()
	var running sync.WaitGroup
	running.Go(func() { o.Run(ctx, quiet) })
	defer running.Wait()
	defer stop()
	testkit.Eventually(t, "the entry is done", testkit.Timeout, func() bool { return len(w.all()) == 1 })
	if took := time.Since(began); took < time.Second || took > 4*time.Second {
		t.Errorf("the lease ended after 1.5 s, and the entry was done after %v", took)
	}
}

func TestOutboxKeepsResultsThatCouldNotBeStored(t *testing.T) {
	t.Parallel()
	db := database(t)
	add(t, db, "a", "b")
	w := &worker{}
	broken := true
	w.before = func(context.Context, string) error {
		if broken {
			broken = false
			run(t, db, `alter table try.entries rename to gone`)
		}
		return nil
	}
	o := newOutbox(db, w)
	if err := o.Work(t.Context(), quiet); err == nil {
		t.Fatal("the results were stored")
	}
	run(t, db, `alter table try.gone rename to entries`)
	work(t, o)
	w.want(t, "a", "b") // once each
	if n := count(t, db); n != 0 {
		t.Errorf("%d entries are left", n)
	}
}

func TestOutboxLateResultDoesNotEndTheClaimOfAnotherNode(t *testing.T) {
	t.Parallel()
	db := database(t)
	add(t, db, "a")
	other := &worker{before: func(context.Context, string) error { return errors.New("broken") }}
	late := &worker{before: func(context.Context, string) error {
		makeDue(t, db) // the lease ends
		work(t, newOutbox(db, other))
		return nil
	}}
	work(t, newOutbox(db, late))
	if n := count(t, db); n != 1 {
		t.Error("the late result deleted an entry that another node has claimed since")
	}
}

func TestOutboxReleasesWhatItHasNotBegunAtTheStop(t *testing.T) {
	t.Parallel()
	db := database(t)
	add(t, db, "a", "interrupted", "not begun")
	ctx, stop := context.WithCancel(t.Context())
	w := &worker{before: func(ctx context.Context, text string) error {
		if text == "interrupted" {
			stop()
			return ctx.Err()
		}
		return nil
	}}
	o := newOutbox(db, w)
	_ = o.Work(ctx, quiet)
	if o.Stats().Failed != 0 {
		t.Error("the interrupted entry counts as failed")
	}
	next := &worker{}
	work(t, newOutbox(db, next)) // the next node need not wait for the end of the lease
	next.want(t, "interrupted", "not begun")
}

func TestOutboxRunsAfterASignalAndRetriesWithBackoff(t *testing.T) {
	t.Parallel()
	db := database(t)
	ctx, stop := context.WithCancel(t.Context())
	failures := 2
	var began []time.Time
	w := &worker{}
	w.before = func(_ context.Context, text string) error {
		began = append(began, time.Now())
		if text == "bad" && failures > 0 {
			failures--
			return errors.New("broken")
		}
		return nil
	}
	wake := loop.NewWake()
	o := outbox.New(db, outbox.Config[entry]{Name: "try", Table: entries, Do: w.do, Wake: wake})
	var running sync.WaitGroup
	running.Go(func() { o.Run(ctx, quiet) })
	defer running.Wait()
	defer stop()
	testkit.Eventually(t, "the first look", testkit.Timeout, func() bool { return o.Stats().Pending == 0 })
	add(t, db, "bad", "good")
	signalled := time.Now()
	wake.Signal()
	testkit.Eventually(t, "the good entry is done", testkit.Timeout, func() bool { return slices.Contains(w.all(), "good") })
	if took := time.Since(signalled); took > 2*time.Second {
		t.Errorf("after a signal the entry waited for %v, as long as for the poll", took)
	}
	testkit.Eventually(t, "the bad entry is done", testkit.Timeout, func() bool { return slices.Contains(w.all(), "bad") })
	first, second := began[2].Sub(began[0]), began[3].Sub(began[2])
	if first < 250*time.Millisecond || second < 500*time.Millisecond {
		t.Errorf("the pauses were %v and %v, want about 500 ms and 1 s", first, second)
	}
}

func TestOutboxClaimUsesIndexes(t *testing.T) {
	t.Parallel()
	db := database(t)
	run(t, db, `
		insert into try.entries (key, text, due_at)
		select 'k' || i / 3, 'x', now() + (i - 1000) * interval '1 s' from generate_series(1, 50000) i`)
	run(t, db, `analyze try.entries`)
	rows, err := db.Query(t.Context(), "explain "+outbox.ClaimStatement(entries), nil, 50, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	if plan := strings.Join(lines, "\n"); strings.Contains(plan, "Seq Scan on entries") {
		t.Errorf("a claim reads the whole table:\n%s", plan)
	}
}

func TestOutboxPausesGrowWithinLimits(t *testing.T) {
	t.Parallel()
	for attempts, want := range map[int]time.Duration{1: 500 * time.Millisecond, 2: time.Second, 5: 8 * time.Second, 100: 5 * time.Minute} {
		for range 100 {
			if pause := outbox.PauseAfter(attempts); pause < want/2 || pause > want*3/2 {
				t.Errorf("after attempt %d the pause is %v, want %v ± 50 %%", attempts, pause, want)
			}
		}
	}
}
