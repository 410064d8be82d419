package app

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"hubbub/internal/testkit"
)

const often = 20 * time.Millisecond // the interval of the reconciler

func TestReconcilerSendsMissingEvents(t *testing.T) {
	t.Parallel()
	app := startApp(t, func(c *Config) { c.Reconcile = often })
	sam, maya := app.as("sam"), app.as("maya")
	room := app.room(sam, "idle")
	first := app.send(sam, room, "first")
	mayaSocket := maya.Connect("view=html")
	mayaSocket.Get("/api/chat/join", in{"roomId": room}).Want(200)

	app.changeUnnoticed(room, `insert into chat.messages (room_id, seq, created_seq, sender_id, text, html)
		values ($1, $2, $2, `+fmt.Sprint(app.id(sam))+`, 'behind', '<p>behind</p>')`)
	if e := testkit.DataOf[thing](t, mayaSocket.WantEvent("newMessage")); e.Seq != 2 || e.Text != "behind" {
		t.Errorf("the reconciler sends %+v", e)
	}
	app.changeUnnoticed(room, `update chat.messages set text = 'edited', seq = $2 where room_id = $1 and id = `+fmt.Sprint(first))
	if e := testkit.DataOf[thing](t, mayaSocket.WantEvent("messageUpdated")); e.Seq != 3 || e.ID != first || e.Text != "edited" {
		t.Errorf("the reconciler sends %+v", e)
	}
	app.changeUnnoticed(room, `update chat.messages set text = '', deleted_at = now(), seq = $2 where room_id = $1 and id = `+fmt.Sprint(first))
	if e := mayaSocket.WantEvent("messageDeleted"); testkit.DataOf[thing](t, e).Seq != 4 || e.HTML == "" {
		t.Errorf("the reconciler sends %+v", e)
	}
	if unseen := mayaSocket.Events(); len(unseen) > 0 {
		t.Errorf("sent twice: %+v", unseen)
	}
}

func TestReconcilerSendsOnlyTheEndOfALongGap(t *testing.T) {
	t.Parallel()
	app := startApp(t, func(c *Config) { c.Reconcile = often })
	sam, maya := app.as("sam"), app.as("maya")
	room := app.room(sam, "gap")
	mayaSocket := maya.Connect("")
	mayaSocket.Get("/api/chat/join", in{"roomId": room}).Want(200)
	app.exec(`insert into chat.messages (room_id, seq, created_seq, sender_id, text, html)
		select $1, n, n, $2, 'n', '' from generate_series(1, 300) n`, room, app.id(sam))
	app.exec(`update chat.rooms set seq = 300 where id = $1`, room)
	if e := testkit.DataOf[thing](t, mayaSocket.WantEvent("newMessage")); e.Seq != 251 {
		t.Errorf("of 300 missed changes the first that is sent is %d", e.Seq)
	}
	testkit.Eventually(t, "the last change is sent", testkit.Patience, func() bool {
		events := mayaSocket.Events()
		return len(events) > 0 && testkit.DataOf[thing](t, events[len(events)-1]).Seq == 300
	})
}

func TestReconcilerSendsNothingTwice(t *testing.T) {
	t.Parallel()
	app := startApp(t, func(c *Config) { c.Reconcile = often })
	sam, maya := app.as("sam"), app.as("maya")
	room := app.room(sam, "busy")
	samSocket, mayaSocket := sam.Connect(""), maya.Connect("")
	for _, s := range []*testkit.Socket{samSocket, mayaSocket} {
		s.Get("/api/chat/join", in{"roomId": room}).Want(200)
	}
	for i := range 50 {
		samSocket.Post("/api/chat/send", in{"roomId": room, "text": fmt.Sprint(i)}).Want(200)
	}
	samSocket.WantNo("newMessage")
	app.changeUnnoticed(room, `insert into chat.messages (room_id, seq, created_seq, sender_id, text, html) values ($1, $2, $2, `+fmt.Sprint(app.id(sam))+`, 'last', '')`)
	for want := range int64(51) {
		if e := testkit.DataOf[thing](t, mayaSocket.WantEvent("newMessage")); e.Seq != want+1 {
			t.Fatalf("the event after seq %d has seq %d", want, e.Seq)
		}
	}
}

// changeUnnoticed takes the room's next seq and runs the change with it, without the
// app's knowledge.
func (i *instance) changeUnnoticed(room int64, change string) {
	i.t.Helper()
	ctx := context.Background()
	err := pgx.BeginFunc(ctx, i.admin(), func(tx pgx.Tx) error {
		var seq int64
		if err := tx.QueryRow(ctx, `update chat.rooms set seq = seq + 1 where id = $1 returning seq`, room).Scan(&seq); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, change, room, seq)
		return err
	})
	if err != nil {
		i.t.Fatalf("change the database: %v", err)
	}
}
