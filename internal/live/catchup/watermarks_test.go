package catchup_test

import (
	"errors"
	"sync"
	"testing"

	"hubbub/internal/live/catchup"
)

func seqOf(w *catchup.Watermarks[int64], key int64) int64 {
	seq, _ := w.Seq(key, func() bool { return true })
	return seq
}

func TestWatermarkWaitsForGap(t *testing.T) {
	w := catchup.NewWatermarks[int64]()
	w.Delivered(1, 4) // no subscriber yet
	w.Start(1, 5)
	w.Start(1, 9) // a second subscriber has read more than the first
	w.Delivered(1, 7)
	if behind := w.Behind(map[int64]int64{1: 7, 2: 3}); len(behind) != 1 || behind[1] != 5 {
		t.Errorf("with a gap, Behind returns %v, want log 1 at 5", behind)
	}
	w.Delivered(1, 6)
	if behind := w.Behind(map[int64]int64{1: 7}); len(behind) != 0 {
		t.Errorf("after the gap was filled, Behind returns %v", behind)
	}
	w.Delivered(1, 9)
	if w.DeliveredUpTo(1, 8); seqOf(w, 1) != 9 {
		t.Errorf("after DeliveredUpTo the watermark is %d, want 9", seqOf(w, 1))
	}
	if w.DeliveredUpTo(1, 3); seqOf(w, 1) != 9 {
		t.Error("the watermark has moved back")
	}
}

func TestWatermarkLowersForASubscriberThatHasReadLess(t *testing.T) {
	w := catchup.NewWatermarks[int64]()
	w.Lower(1, 5)
	if w.Lower(1, 7); seqOf(w, 1) != 5 {
		t.Errorf("the watermark is %d, want 5", seqOf(w, 1))
	}
	if w.Lower(1, 3); seqOf(w, 1) != 3 {
		t.Errorf("the watermark is %d, want 3", seqOf(w, 1))
	}
}

func TestWatermarkJoinsOnlyAtTheSameSeq(t *testing.T) {
	w := catchup.NewWatermarks[int64]()
	calls := 0
	join := func() error { calls++; return nil }
	for _, step := range []struct {
		seq    int64
		joined bool
	}{{5, true}, {4, false}, {6, false}, {5, true}} {
		if joined, err := w.Join(1, step.seq, join); joined != step.joined || err != nil {
			t.Errorf("Join at %d returns %v, %v", step.seq, joined, err)
		}
	}
	broken := errors.New("broken")
	if joined, err := w.Join(2, 1, func() error { return broken }); joined || !errors.Is(err, broken) || w.Len() != 1 || calls != 2 {
		t.Errorf("a join that fails returns %v, %v; there are %d watermarks and %d joins", joined, err, w.Len(), calls)
	}
}

func TestWatermarkIsDeletedWithTheLastSubscriber(t *testing.T) {
	w := catchup.NewWatermarks[int64]()
	for key := range int64(100) {
		w.Start(key, 1)
	}
	if _, ok := w.Seq(7, func() bool { return false }); ok || w.Len() != 99 {
		t.Errorf("a log without subscribers has a watermark; there are %d", w.Len())
	}
	if w.Retain(func() []int64 { return []int64{3, 7, 99} }); w.Len() != 2 || seqOf(w, 3) != 1 || seqOf(w, 99) != 1 {
		t.Errorf("Retain leaves %d watermarks, want those of 3 and 99", w.Len())
	}
	if w.Deliver(7, 0, 1, func() { t.Error("sent to a log without subscribers") }) {
		t.Error("Deliver reports that it sent")
	}
}

// Several goroutines that catch up at once send each change once and in order.
func TestWatermarkDeliversEachChangeOnceUnderContention(t *testing.T) {
	w := catchup.NewWatermarks[int64]()
	w.Start(1, 0)
	const last = 1000
	var sent []int64
	var sending sync.WaitGroup
	for range 8 {
		sending.Go(func() {
			for {
				seq := seqOf(w, 1)
				if seq == last {
					return
				}
				w.Deliver(1, seq, seq+1, func() { sent = append(sent, seq+1) })
			}
		})
	}
	sending.Wait()
	for i, seq := range sent {
		if seq != int64(i+1) {
			t.Fatalf("the %dth change sent is %d", i+1, seq)
		}
	}
	if len(sent) != last {
		t.Errorf("%d changes were sent, want %d", len(sent), last)
	}
}
