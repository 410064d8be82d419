package dashboard

import (
	"context"
	"encoding/json"
	"sync"
	"testing"
)

func TestCounterCountsEveryIncrement(t *testing.T) {
	s := openShop(t, Config{})
	v := s.newViewer()
	if at, err := s.WatchCounter(t.Context(), v.conn); err != nil || at.Count != 0 {
		t.Fatalf("the counter begins with %v, %v", at, err)
	}
	v.conn.Release()
	var clicking sync.WaitGroup
	for range 8 {
		clicking.Go(func() {
			for range 10 {
				if _, err := s.Increment(context.Background()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	clicking.Wait()
	last := int64(0)
	for _, e := range v.all(eventCounterUpdated) {
		var at CounterValue
		json.Unmarshal(e.Data, &at)
		if at.Count <= last {
			t.Errorf("%d is sent after %d", at.Count, last)
		}
		last = at.Count
	}
	if at, err := s.Counter(t.Context()); err != nil || at.Count != 80 || last != 80 {
		t.Errorf("the counter is at %v, %v; the last value sent is %d", at, err, last)
	}
}
