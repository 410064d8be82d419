package outbox

import (
	"context"
	"fmt"
	"time"
)

// Stats is the state of an outbox. Pending and Oldest are of all nodes, as of the last
// measurement, which Work makes every few seconds; Done and Failed are of this node,
// since its start.
type Stats struct {
	Name    string
	Pending int64         // entries in the table, including those that are not due
	Oldest  time.Duration // the age of the oldest entry; 0: there is none
	Done    int64         // entries that were done
	Failed  int64         // attempts that failed or panicked
}

// Stats returns the state of the outbox. It makes no query.
func (o *Outbox[E]) Stats() Stats {
	return Stats{
		Name: o.Name, Pending: o.pending.Load(), Oldest: time.Duration(o.oldest.Load()),
		Done: o.done.Load(), Failed: o.failed.Load(),
	}
}

// measureInterval is shorter than pollInterval, so that an idle node measures at each poll.
const measureInterval = pollInterval / 2

// measure counts the entries and plans for the next one that is due, unless it did so
// within measureInterval.
func (o *Outbox[E]) measure(ctx context.Context) error {
	if time.Since(o.measuredAt) < measureInterval {
		return nil
	}
	var pending int64
	var oldest time.Duration
	var dueIn *time.Duration
	if err := o.db.QueryRow(ctx, o.Table.sql(measureAll), o.now()).Scan(&pending, &oldest, &dueIn); err != nil {
		return fmt.Errorf("count the entries of %s: %w", o.Table.Name, err)
	}
	o.measuredAt = time.Now()
	o.pending.Store(pending)
	o.oldest.Store(int64(max(oldest, 0)))
	if dueIn != nil {
		o.plan(*dueIn)
	}
	return nil
}
