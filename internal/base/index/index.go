package index

import (
	"context"
	"fmt"
	"slices"
	"time"

	"hubbub/internal/base/postgres"
)

// Kind is the kind of thing that an entry is about.
type Kind string

// The kinds of entries.
const (
	Product  Kind = "product"
	Message  Kind = "message"
	Document Kind = "document"
	User     Kind = "user"
	Room     Kind = "room"
)

// Kinds lists all kinds, in the order in which the search page offers them.
var Kinds = []Kind{User, Room, Document, Product, Message}

// Restricted reports whether entries of the kind may have another scope than Public.
func (k Kind) Restricted() bool { return k != Product && k != User }

// Public is the scope of entries that every signed-in user may find.
const Public = "public"

// Entry is a thing that can be found. It replaces an entry of the same kind and id.
type Entry struct {
	Kind    Kind
	ID      int64
	Title   string
	Body    string
	URL     string
	Scope   string    // Public, or a scope that users are granted: "room:12"
	Data    any       // is encoded as a JSON object, whose fields are added to those of a result
	ActorID int64     // the author; 0 if there is none
	At      time.Time // among equal scores the newest comes first
}

// Check returns an error for an entry that only a programming error can produce.
func (e Entry) Check() error {
	if !slices.Contains(Kinds, e.Kind) || e.ID < 1 || e.Scope == "" {
		return fmt.Errorf("index: invalid entry: kind %q, id %d, scope %q", e.Kind, e.ID, e.Scope)
	}
	if !e.Kind.Restricted() && e.Scope != Public {
		return fmt.Errorf("index: a %s must have the public scope", e.Kind)
	}
	return nil
}

// Writer writes the search index. Its methods, except Changed, write in the
// transaction of the change.
type Writer interface {
	// Put adds or replaces entries. Of several with one kind and id the last counts.
	Put(ctx context.Context, tx postgres.Tx, entries ...Entry) error
	// Drop deletes entries. Ids that have no entry are ignored.
	Drop(ctx context.Context, tx postgres.Tx, kind Kind, ids ...int64) error
	// Grant lets the users find the entries of the scope.
	Grant(ctx context.Context, tx postgres.Tx, scope string, userIDs ...int64) error
	// Revoke takes that right from the users.
	Revoke(ctx context.Context, tx postgres.Tx, scope string, userIDs ...int64) error
	// Changed signals, after the commit, that entries have changed. Without it they are
	// found within a second.
	Changed()
}

// None is the index of an app without search: it ignores everything.
type None struct{}

var _ Writer = None{}

// Put ignores the entries.
func (None) Put(context.Context, postgres.Tx, ...Entry) error { return nil }

// Drop ignores the call.
func (None) Drop(context.Context, postgres.Tx, Kind, ...int64) error { return nil }

// Grant ignores the call.
func (None) Grant(context.Context, postgres.Tx, string, ...int64) error { return nil }

// Revoke ignores the call.
func (None) Revoke(context.Context, postgres.Tx, string, ...int64) error { return nil }

// Changed ignores the call.
func (None) Changed() {}
