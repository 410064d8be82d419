package search

import (
	"context"

	"hubbub/internal/loop"
	"hubbub/internal/postgres"
)

const backfillPage = 500 // entries a transaction: others wait for it no longer than a moment

// Source is a feature that may have had data before there was an index.
type Source struct {
	Name string
	// Next puts some of it into the index, those after the id, and returns the
	// last one's id; 0 when there are no more. It locks what it reads until the
	// transaction ends, so that nothing older overwrites what is newer.
	Next func(ctx context.Context, tx postgres.Tx, after int64, limit int) (last int64, err error)
}

// Backfill indexes what was there before, once: until ctx ends it tries again
// what fails, and the next start goes on from there. Several nodes take turns.
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
		upto, finished, err := lockBackfill(ctx, tx, source.Name)
		if err != nil || finished {
			done = finished
			return err
		}
		last, err := source.Next(ctx, tx, upto, backfillPage)
		if err != nil {
			return err
		}
		done = last == 0
		return moveBackfill(ctx, tx, source.Name, max(last, upto), done)
	})
	return done, err
}
