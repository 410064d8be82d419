package search

import (
	"context"

	"hubbub/internal/base/loop"
	"hubbub/internal/base/postgres"
)

const backfillPage = 500 // entries in one transaction, few enough that others wait only briefly for its locks

// Source is a feature that may have had data before the index existed.
type Source struct {
	Name string
	// Next indexes up to limit entries whose ids are after the given one, and returns the last
	// id; 0 when there are no more. It locks what it reads until the transaction ends, so that
	// a newer version of an entry is never overwritten by an older one.
	Next func(ctx context.Context, tx postgres.Tx, after int64, limit int) (last int64, err error)
}

// Backfill indexes the data that the sources had before, once. It retries what fails until ctx
// ends, and the next start of the program continues where it stopped. Several nodes take
// turns.
func (s *Service) Backfill(ctx context.Context, sources ...Source) {
	ctx, done := context.WithCancel(ctx)
	defer done()
	loop.Run(ctx, loop.Config{Name: "search-backfill", Guard: s.guard, AtOnce: true}, func(ctx context.Context) error {
		for _, source := range sources {
			if err := s.backfill(ctx, source); err != nil {
				return err
			}
		}
		done()
		return nil
	})
	s.Changed()
}

func (s *Service) backfill(ctx context.Context, source Source) error {
	for {
		done, err := s.backfillPage(ctx, source)
		if err != nil || done {
			return err
		}
	}
}

func (s *Service) backfillPage(ctx context.Context, source Source) (done bool, err error) {
	err = postgres.InTx(ctx, s.db, func(tx postgres.Tx) error {
		progress, finished, err := lockBackfill(ctx, tx, source.Name)
		if err != nil || finished {
			done = finished
			return err
		}
		last, err := source.Next(ctx, tx, progress, backfillPage)
		if err != nil {
			return err
		}
		done = last == 0
		return setBackfillProgress(ctx, tx, source.Name, max(last, progress), done)
	})
	return done, err
}
