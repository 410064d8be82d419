package app

import (
	"context"
	"fmt"
)

// seed fills a demo with users, documents, chat messages and orders. Each feature
// seeds its own tables only once: on a second start, or on a second node, it finds
// the data there.
func (a *App) seed(ctx context.Context) error {
	if !a.config.Demo {
		return nil
	}
	cast, err := a.account.SeedDemo(ctx)
	if err != nil {
		return fmt.Errorf("seed the demo's users: %w", err)
	}
	documents, err := a.collab.SeedDemo(ctx, cast)
	if err != nil {
		return fmt.Errorf("seed the demo's documents: %w", err)
	}
	if err := a.chat.SeedDemo(ctx, cast, checklistOf(documents)); err != nil {
		return fmt.Errorf("seed the demo's rooms: %w", err)
	}
	if err := a.chat.DeliverAlerts(ctx, a.guard); err != nil {
		return fmt.Errorf("send the demo's notifications: %w", err)
	}
	if err := a.dashboard.SeedDemo(ctx); err != nil {
		return fmt.Errorf("seed the demo's orders: %w", err)
	}
	return nil
}

// checklistOf returns the Markdown by which the demo's messages name the launch
// checklist: a link if the document exists.
func checklistOf(documents map[string]int64) string {
	if id := documents["Launch checklist"]; id != 0 {
		return fmt.Sprintf("[checklist](/documents/%d)", id)
	}
	return "checklist"
}
