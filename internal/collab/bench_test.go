package collab

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/time/rate"

	"hubbub/internal/base/postgres"
	"hubbub/internal/collab/yjs"
	"hubbub/internal/live/hub"
)

const (
	benchPeople = 50
	benchAhead  = 8 // letters of a writer that may wait for their acknowledgement
)

// newDurableNode returns a node on a durable Postgres: on disk, with fsync.
func newDurableNode(b *testing.B) *node {
	b.Helper()
	dir, err := os.MkdirTemp("/var/tmp", "hubbub-bench-") // on a disk; /tmp may be in memory
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { os.RemoveAll(dir) })
	db, err := postgres.Open(context.Background(), postgres.Config{DataDir: dir})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(db.Close)
	if _, err := db.Exec(b.Context(), `
		insert into account.users (full_name, handle, email)
		select 'Person ' || n, 'person' || n, n || '@test.example' from generate_series(1, $1::integer) n`, benchPeople); err != nil {
		b.Fatal(err)
	}
	return onDatabase(b, db, hub.Config{QueueFrames: 1 << 20, QueueBytes: 1 << 30}, Config{})
}

// createBench makes a document that every user may write.
func (n *node) createBench(text string) int64 {
	n.t.Helper()
	title := "Bench"
	nodes, err := parseImport(n.t.Context(), "", text)
	if err != nil {
		n.t.Fatal(err)
	}
	d, err := n.Create(n.t.Context(), nil, 1, Draft{Title: &title}, nodes)
	if err != nil {
		n.t.Fatal(err)
	}
	for userID := int64(2); userID <= benchPeople; userID++ {
		if _, err := n.db.Exec(n.t.Context(), `insert into collab.members (doc_id, user_id, role) values ($1, $2, 'editor')`, d.ID, userID); err != nil {
			n.t.Fatal(err)
		}
	}
	return d.ID
}

// keyboard types into a line of its own, as one client, without limits.
type keyboard struct {
	*writer
	first  uint64      // clock of the first letter
	sentAt []time.Time // when each was sent
}

func (n *node) keyboard(userID, docID int64, letters int) *keyboard {
	w := n.writer(userID, docID)
	w.write(w.text() + "\n>")
	w.waitSaved()
	ch := n.channelOf(w.conn, docID)
	ch.editLimit.SetLimit(rate.Inf)
	ch.byteLimit.SetLimit(rate.Inf)
	return &keyboard{writer: w, first: w.merged().StateVector()[w.Client], sentAt: make([]time.Time, 0, letters)}
}

func (k *keyboard) typeLetter() {
	clock := k.first + uint64(len(k.sentAt))
	update := binary.AppendUvarint(binary.AppendUvarint([]byte{1, 1}, k.Client), clock)
	update = append(update, 0x84) // a string, right of the letter before
	update = binary.AppendUvarint(binary.AppendUvarint(update, k.Client), clock-1)
	k.sentAt = append(k.sentAt, time.Now())
	k.submit(append(update, 1, 'x', 0))
}

func (k *keyboard) typeLetters(letters int) {
	before := k.n
	for k.acked < before+uint64(letters) {
		for len(k.sentAt) < letters && k.n-k.acked < benchAhead {
			k.typeLetter()
		}
		<-k.conn.Wake()
		frames, _ := k.conn.Take(nil)
		for _, f := range frames {
			k.note(f)
		}
	}
}

// note handles acknowledgements, and ignores the updates of other writers.
func (k *keyboard) note(f *hub.Frame) {
	if !f.Binary {
		return
	}
	_, size := binary.Uvarint(f.Bytes)
	switch kind(f.Bytes[size]) {
	case kindAck:
		k.acked, _ = binary.Uvarint(f.Bytes[size+1:])
	case kindRefused:
		panic("a letter was refused: " + string(f.Bytes[size+1:]))
	}
}

// watch reads the updates as a reader until all letters have arrived, and returns the delay
// of each.
func (w *writer) watch(keyboards []*keyboard, letters int) (waited []time.Duration) {
	byClient := map[uint64]*keyboard{}
	for _, k := range keyboards {
		byClient[k.Client] = k
	}
	for len(waited) < letters*len(keyboards) {
		<-w.conn.Wake()
		frames, _ := w.conn.Take(nil)
		for _, f := range frames {
			waited = append(waited, delays(f, byClient)...)
		}
	}
	return waited
}

func delays(f *hub.Frame, byClient map[uint64]*keyboard) (waited []time.Duration) {
	_, size := binary.Uvarint(f.Bytes)
	if !f.Binary || kind(f.Bytes[size]) != kindUpdate {
		return nil
	}
	u, err := yjs.Decode(f.Bytes[size+1:])
	if err != nil {
		return nil
	}
	for _, block := range u.Clients {
		k := byClient[block.Client]
		for i := range block.Structs {
			for clock := block.Structs[i].Clock; clock < block.Structs[i].End(); clock++ {
				waited = append(waited, time.Since(k.sentAt[clock-k.first]))
			}
		}
	}
	return waited
}

// BenchmarkTyping measures concurrent keystrokes until each is committed, acknowledged,
// and received by a reader. It does not include sockets.
func BenchmarkTyping(b *testing.B) {
	n := newDurableNode(b)
	for _, c := range []struct{ documents, writers int }{{1, 10}, {1, 50}, {50, 1}} {
		b.Run(fmt.Sprintf("documents=%d/writers=%d", c.documents, c.writers), func(b *testing.B) {
			n.t = b
			letters := max(1, b.N/(c.documents*c.writers))
			crowds, readers := n.crowds(c.documents, c.writers, letters)
			b.ResetTimer()
			waited := typeAll(b, crowds, readers, letters)
			b.ReportMetric(float64(len(waited))/b.Elapsed().Seconds(), "letters/s")
			b.ReportMetric(ms(waited[len(waited)/2]), "p50-ms")
			b.ReportMetric(ms(waited[len(waited)*99/100]), "p99-ms")
		})
	}
}

// crowds makes documents, and returns the writers and the reader of each.
func (n *node) crowds(documents, writers, letters int) (crowds [][]*keyboard, readers []*writer) {
	for d := range documents {
		id := n.createBench("")
		var crowd []*keyboard
		for w := range writers {
			crowd = append(crowd, n.keyboard(int64(1+(d+w)%benchPeople), id, letters))
		}
		crowds, readers = append(crowds, crowd), append(readers, n.writer(1, id))
	}
	return crowds, readers
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// typeAll returns the delay of each letter, sorted.
func typeAll(b *testing.B, crowds [][]*keyboard, readers []*writer, letters int) []time.Duration {
	var people sync.WaitGroup
	waited := make([][]time.Duration, len(crowds))
	for d, crowd := range crowds {
		for _, k := range crowd {
			people.Go(func() { k.typeLetters(letters) })
		}
		people.Go(func() { waited[d] = readers[d].watch(crowd, letters) })
	}
	people.Wait()
	b.StopTimer()
	all := slices.Concat(waited...)
	slices.Sort(all)
	return all
}

// BenchmarkOpenDocument measures the memory of an open document of twenty pages, all of
// which was sent to its clients.
func BenchmarkOpenDocument(b *testing.B) {
	n := newDurableNode(b)
	text := strings.Repeat(strings.Repeat("a word ", 60)+"\n", 140)
	ids := make([]int64, b.N)
	for i := range ids {
		ids[i] = n.createBench(text)
	}
	before := heap()
	b.ResetTimer()
	for _, id := range ids {
		l := n.openLive(id)
		l.turn.Lock()
		if err := l.refresh(b.Context(), n.db); err != nil {
			b.Fatal(err)
		}
		l.turn.Unlock()
	}
	b.StopTimer()
	b.ReportMetric(float64(heap()-before)/float64(b.N)/1024, "KiB/document")
	b.ReportMetric(float64(len(text))/1024, "KiB-of-text")
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
