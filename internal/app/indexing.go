package app

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"hubbub/internal/account"
	"hubbub/internal/base/fault"
	"hubbub/internal/base/postgres"
	"hubbub/internal/chat"
	"hubbub/internal/collab"
	"hubbub/internal/dashboard"
	"hubbub/internal/live/wire"
	"hubbub/internal/notify"
	"hubbub/internal/search"
)

// This file turns the data of each feature into entries of the search, so that
// neither the features nor search import each other.

// userIndex indexes users by name, handle and title.
type userIndex struct{ *search.Service }

func (i userIndex) People(ctx context.Context, tx postgres.Tx, users ...account.User) error {
	entries := make([]search.Entry, len(users))
	for n, u := range users {
		data, err := json.Marshal(map[string]any{"user": map[string]any{
			"id": u.ID, "fullName": u.FullName, "handle": u.Handle, "avatarUrl": u.AvatarURL,
		}})
		if err != nil {
			return err
		}
		entries[n] = search.Entry{
			Kind: search.User, ID: u.ID, Title: u.FullName, Body: joinedBy(" · ", "@"+u.Handle, u.Title),
			URL: fmt.Sprint("/people/", u.ID), Scope: search.Public, Data: data, At: u.CreatedAt,
		}
	}
	return i.Put(ctx, tx, entries...)
}

// chatIndex indexes rooms and messages. Those of rooms that are not public have the
// room as their scope, which only its members are granted.
type chatIndex struct{ *search.Service }

func scopeOf(roomID int64) string { return fmt.Sprint("room:", roomID) }

func roomScope(kind chat.Kind, roomID int64) string {
	if kind == chat.Public {
		return search.Public
	}
	return scopeOf(roomID)
}

func (i chatIndex) Messages(ctx context.Context, tx postgres.Tx, messages ...chat.Findable) error {
	entries := make([]search.Entry, len(messages))
	for n, m := range messages {
		data, err := json.Marshal(map[string]any{"message": map[string]any{
			"id": m.ID, "roomId": m.RoomID, "senderId": m.SenderID, "createdAt": wire.Time(m.SentAt),
		}})
		if err != nil {
			return err
		}
		entries[n] = search.Entry{
			Kind: search.Message, ID: m.ID, Title: m.Sender, Body: m.Text, URL: m.URL,
			Scope: roomScope(m.Kind, m.RoomID), Data: data, ActorID: m.SenderID, At: m.SentAt,
		}
	}
	return i.Put(ctx, tx, entries...)
}

func (i chatIndex) Erase(ctx context.Context, tx postgres.Tx, messageIDs ...int64) error {
	return i.Drop(ctx, tx, search.Message, messageIDs...)
}

func (i chatIndex) Rooms(ctx context.Context, tx postgres.Tx, rooms ...chat.FindableRoom) error {
	entries := make([]search.Entry, len(rooms))
	for n, r := range rooms {
		data, err := json.Marshal(map[string]any{"room": r})
		if err != nil {
			return err
		}
		entries[n] = search.Entry{
			Kind: search.Room, ID: r.ID, Title: r.Name, Body: r.Topic, URL: r.URL,
			Scope: roomScope(r.Kind, r.ID), Data: data, At: r.MadeAt,
		}
	}
	return i.Put(ctx, tx, entries...)
}

func (i chatIndex) Admit(ctx context.Context, tx postgres.Tx, roomID int64, userIDs ...int64) error {
	return i.Grant(ctx, tx, scopeOf(roomID), userIDs...)
}

func (i chatIndex) Dismiss(ctx context.Context, tx postgres.Tx, roomID int64, userIDs ...int64) error {
	return i.Revoke(ctx, tx, scopeOf(roomID), userIDs...)
}

// productIndex indexes products.
type productIndex struct{ search *search.Service }

func (i productIndex) Put(ctx context.Context, tx postgres.Tx, p dashboard.Product) error {
	data, err := json.Marshal(map[string]any{
		"product": p, "name": p.Name, "description": p.Description, "price": p.Price,
	})
	if err != nil {
		return err
	}
	return i.search.Put(ctx, tx, search.Entry{
		Kind: search.Product, ID: p.ID, Title: p.Name, Body: p.Description, URL: fmt.Sprint("/products/", p.ID),
		Scope: search.Public, Data: data, At: time.Time(p.UpdatedAt),
	})
}

func (i productIndex) Drop(ctx context.Context, tx postgres.Tx, productID int64) error {
	return i.search.Drop(ctx, tx, search.Product, productID)
}

func (i productIndex) Changed() { i.search.Changed() }

// backfill indexes the data that is older than the search.
func (a *App) backfill(ctx context.Context) {
	a.search.Backfill(ctx,
		search.Source{Name: "people", Next: a.account.IndexPeople},
		search.Source{Name: "rooms", Next: a.chat.IndexRooms},
		search.Source{Name: "messages", Next: a.chat.IndexMessages},
		search.Source{Name: "products", Next: a.dashboard.IndexProducts},
	)
}

// savedNotices lets search notify users of new results of their saved searches.
type savedNotices struct{ app *App }

func (n savedNotices) Found(ctx context.Context, userID int64, saved search.Saved, r search.Result) error {
	err := n.app.notify.Send(ctx, notify.Notification{
		UserID: userID, Type: notify.Search,
		Key:      fmt.Sprintf("saved:%d/%s:%d", saved.ID, r.Kind, r.ID),
		GroupKey: fmt.Sprint("saved:", saved.ID),
		Title:    fmt.Sprintf("Found for “%s”: %s", saved.Query, r.Title),
		Titles:   fmt.Sprintf("%s found for “%s”", notify.Many, saved.Query),
		Message:  r.Plain(), URL: r.URL,
		Data: map[string]any{"savedSearchId": saved.ID, "kind": r.Kind, "id": r.ID},
		Rule: "You saved this search, and want to be told of what is new.",
	})
	if fault.Is(err, http.StatusNotFound) {
		return nil // the user was deleted, and so was the saved search
	}
	return err
}

// joinedBy joins the texts that are not empty, with the separator between them.
func joinedBy(separator string, texts ...string) string {
	all := ""
	for _, text := range texts {
		if all != "" && text != "" {
			all += separator
		}
		all += text
	}
	return all
}

// documentIndex indexes documents. The scope of a document that is not for everyone
// is the document itself, which only its members are granted.
type documentIndex struct{ search *search.Service }

func documentScope(docID int64) string { return fmt.Sprint("document:", docID) }

func (i documentIndex) Put(ctx context.Context, tx postgres.Tx, e collab.Entry) error {
	data, err := json.Marshal(map[string]any{"document": map[string]any{
		"id": e.DocID, "title": e.Title, "updatedAt": wire.Time(e.At),
	}})
	if err != nil {
		return err
	}
	scope := documentScope(e.DocID)
	if err := i.search.Grant(ctx, tx, scope, e.Members...); err != nil {
		return err
	}
	if err := i.search.Revoke(ctx, tx, scope, e.Lost...); err != nil {
		return err
	}
	if e.Everyone {
		scope = search.Public
	}
	return i.search.Put(ctx, tx, search.Entry{
		Kind: search.Document, ID: e.DocID, Title: e.Title, Body: e.Text, URL: fmt.Sprint("/documents/", e.DocID),
		Scope: scope, Data: data, At: e.At,
	})
}

func (i documentIndex) Drop(ctx context.Context, tx postgres.Tx, docID int64, members []int64) error {
	if err := i.search.Revoke(ctx, tx, documentScope(docID), members...); err != nil {
		return err
	}
	return i.search.Drop(ctx, tx, search.Document, docID)
}

func (i documentIndex) Changed() { i.search.Changed() }
