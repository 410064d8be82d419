package app

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// refusalSampler keeps a flood of refused requests from filling the disk. A refusal
// is a log line at info level with a status of 400 to 499. The first one of each
// status is written, and after that, once a second, the number of those that followed.
type refusalSampler struct {
	slog.Handler
	refusals *refusals
}

// refusals counts the refusals of each status that has had one in the last second.
type refusals struct {
	log *slog.Logger

	mu   sync.Mutex
	more map[int]int // by status, since the last log line
}

func sampleRefusals(handler slog.Handler) refusalSampler {
	return refusalSampler{handler, &refusals{log: slog.New(handler), more: map[int]int{}}}
}

// Handle writes the record, or counts it.
func (s refusalSampler) Handle(ctx context.Context, r slog.Record) error {
	if status := refusedWith(r); status != 0 && !s.refusals.first(status) {
		return nil
	}
	return s.Handler.Handle(ctx, r)
}

// WithAttrs returns a refusalSampler with the same counts.
func (s refusalSampler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return refusalSampler{s.Handler.WithAttrs(attrs), s.refusals}
}

// WithGroup returns a refusalSampler with the same counts.
func (s refusalSampler) WithGroup(name string) slog.Handler {
	return refusalSampler{s.Handler.WithGroup(name), s.refusals}
}

// refusedWith returns the status of a refusal, or 0 for any other record.
func refusedWith(r slog.Record) (status int) {
	if r.Level != slog.LevelInfo {
		return 0
	}
	r.Attrs(func(attr slog.Attr) bool {
		if attr.Key == "status" && attr.Value.Kind() == slog.KindInt64 {
			status = int(attr.Value.Int64())
		}
		return status == 0
	})
	if status < http.StatusBadRequest || status >= http.StatusInternalServerError {
		return 0
	}
	return status
}

// first counts a refusal and reports whether it is the first within a second.
func (r *refusals) first(status int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, counting := r.more[status]; counting {
		r.more[status]++
		return false
	}
	r.more[status] = 0
	time.AfterFunc(time.Second, func() { r.report(status) })
	return true
}

// report writes the number of refusals in the last second, and again every second
// until there were none.
func (r *refusals) report(status int) {
	number := r.next(status)
	if number == 0 {
		return
	}
	r.log.Info("more refusals", "status", status, "number", number)
	time.AfterFunc(time.Second, func() { r.report(status) })
}

// next returns the number of refusals since the last log line, and resets it.
func (r *refusals) next(status int) (number int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if number = r.more[status]; number == 0 {
		delete(r.more, status)
	} else {
		r.more[status] = 0
	}
	return number
}
