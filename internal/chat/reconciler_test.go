package chat_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
)

const often = 20 * time.Millisecond // the interval of the reconciler

func TestReconcilerSendsMissingEvents(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, func(c *apptest.Config) { c.Reconcile = often })
	sam, maya := app.As("sam"), app.As("maya")
	room := app.Room(sam, "idle")
	first := app.Send(sam, room, "first")
	mayaSocket := maya.Connect("view=html")
	mayaSocket.Get("/api/chat/join", in{"roomId": room}).Want(200)

	changeUnnoticed(app, room, `insert into chat.messages (room_id, seq, created_seq, sender_id, text, html)
		values ($1, $2, $2, `+fmt.Sprint(app.ID(sam))+`, 'behind', '<p>behind</p>')`)
	if e := testkit.DataOf[apptest.Fields](t, mayaSocket.WantEvent("newMessage")); e.Seq != 2 || e.Text != "behind" {
		t.Errorf("the reconciler sends %+v", e)
	}
	changeUnnoticed(app, room, `update chat.messages set text = 'edited', seq = $2 where room_id = $1 and id = `+fmt.Sprint(first))
	if e := testkit.DataOf[apptest.Fields](t, mayaSocket.WantEvent("messageUpdated")); e.Seq != 3 || e.ID != first || e.Text != "edited" {
		t.Errorf("the reconciler sends %+v", e)
	}
	changeUnnoticed(app, room, `update chat.messages set text = '', deleted_at = now(), seq = $2 where room_id = $1 and id = `+fmt.Sprint(first))
	if e := mayaSocket.WantEvent("messageDeleted"); testkit.DataOf[apptest.Fields](t, e).Seq != 4 || e.HTML == "" {
		t.Errorf("the reconciler sends %+v", e)
	}
	if unseen := mayaSocket.Events(); len(unseen) > 0 {
		t.Errorf("sent twice: %+v", unseen)
	}
}

func TestReconcilerSendsOnlyTheEndOfALongGap(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, func(c *apptest.Config) { c.Reconcile = often })
	sam, maya := app.As("sam"), app.As("maya")
	room := app.Room(sam, "gap")
	mayaSocket := maya.Connect("")
	mayaSocket.Get("/api/chat/join", in{"roomId": room}).Want(200)
	app.Exec(`insert into chat.messages (room_id, seq, created_seq, sender_id, text, html)
		select $1, n, n, $2, 'n', '' from generate_series(1, 300) n`, room, app.ID(sam))
	app.Exec(`update chat.rooms set seq = 300 where id = $1`, room)
	if e := testkit.DataOf[apptest.Fields](t, mayaSocket.WantEvent("newMessage")); e.Seq != 251 {
		t.Errorf("of 300 missed changes the first that is sent is %d", e.Seq)
	}
	testkit.Eventually(t, "the last change is sent", testkit.Timeout, func() bool {
		events := mayaSocket.Events()
		return len(events) > 0 && testkit.DataOf[apptest.Fields](t, events[len(events)-1]).Seq == 300
	})
}

func TestReconcilerSendsNothingTwice(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t, func(c *apptest.Config) { c.Reconcile = often })
	sam, maya := app.As("sam"), app.As("maya")
	room := app.Room(sam, "busy")
	samSocket, mayaSocket := sam.Connect(""), maya.Connect("")
	for _, s := range []*testkit.Socket{samSocket, mayaSocket} {
		s.Get("/api/chat/join", in{"roomId": room}).Want(200)
	}
	for i := range 50 {
		samSocket.Post("/api/chat/send", in{"roomId": room, "text": fmt.Sprint(i)}).Want(200)
	}
	samSocket.WantNo("newMessage")
	changeUnnoticed(app, room, `insert into chat.messages (room_id, seq, created_seq, sender_id, text, html) values ($1, $2, $2, `+fmt.Sprint(app.ID(sam))+`, 'last', '')`)
	for want := range int64(51) {
		if e := testkit.DataOf[apptest.Fields](t, mayaSocket.WantEvent("newMessage")); e.Seq != want+1 {
			t.Fatalf("the event after seq %d has seq %d", want, e.Seq)
		}
	}
}

// changeUnnoticed takes the room's next seq and runs the change with it, without the
// app's knowledge.
func changeUnnoticed(app *apptest.App, room int64, change string) {
	app.T.Helper()
	ctx := context.Background()
	err := pgx.BeginFunc(ctx, app.Conn(), func(tx pgx.Tx) error {
		var seq int64
		if err := tx.QueryRow(ctx, `update chat.rooms set seq = seq + 1 where id = $1 returning seq`, room).Scan(&seq); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, change, room, seq)
		return err
	})
	if err != nil {
		app.T.Fatalf("change the database: %v", err)
	}
}
