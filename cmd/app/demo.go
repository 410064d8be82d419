package main

import (
	"context"
	"fmt"
)

// seed fills a demo with people, documents, what they have said to each
// other, and orders. Each feature seeds its own tables, once: a second start, or
// a second node, finds them there.
func (a *App) seed(ctx context.Context) error {
	if !a.config.Demo {
		return nil
	}
	cast, err := a.account.SeedDemo(ctx)
	if err != nil {
		return fmt.Errorf("seed the demo's people: %w", err)
	}
	documents, err := a.collab.SeedDemo(ctx, cast)
	if err != nil {
		return fmt.Errorf("seed the demo's documents: %w", err)
	}
	if err := a.chat.SeedDemo(ctx, cast, checklistOf(documents)); err != nil {
		return fmt.Errorf("seed the demo's rooms: %w", err)
	}
	if err := a.chat.TellAlerts(ctx, a.guard); err != nil {
		return fmt.Errorf("tell the demo's people of it: %w", err)
	}
	if err := a.dashboard.SeedDemo(ctx); err != nil {
		return fmt.Errorf("seed the demo's orders: %w", err)
	}
	return nil
}

// checklistOf is how the people of the demo speak of their launch's document.
func checklistOf(documents map[string]int64) string {
	if id := documents["Launch checklist"]; id != 0 {
		return fmt.Sprintf("[checklist](/documents/%d)", id)
	}
	return "checklist"
}
