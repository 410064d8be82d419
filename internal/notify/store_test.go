package notify

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// The queries of every page and every change must not read all of a user's
// notifications.
func TestNotificationQueriesUseTheirIndexes(t *testing.T) {
	t.Parallel()
	b := newTestService(t)
	if _, err := b.db.Exec(t.Context(), `
		insert into account.users (full_name, handle, email)
		select 'Person ' || n, 'person' || n, n || '@test.example' from generate_series(6, 200) n`); err != nil {
		t.Fatal(err)
	}
	if _, err := b.db.Exec(t.Context(), `
		insert into notify.notifications (user_id, seq, created_seq, change, type, topic, shown, why, created_at, read_at, snoozed_until)
		select 1 + n % 200, n, n, 'read', 'mention', 'room:' || n % 3, true, '{}', now(), case when n % 7 > 0 then now() end, case when n % 1000 = 0 then now() end
		  from generate_series(1, 20000) n`); err != nil {
		t.Fatal(err)
	}
	if _, err := b.db.Exec(t.Context(), `
		insert into notify.causes (user_id, key, notification_id, title, titles, message, url, data)
		select user_id, 'message:' || id, id, '', '', '', '', '{}' from notify.notifications`); err != nil {
		t.Fatal(err)
	}
	if _, err := b.db.Exec(t.Context(), `analyze notify.notifications, notify.causes`); err != nil {
		t.Fatal(err)
	}
	for index, sql := range map[string]string{
		"unread_of_a_person":        `select count(*) from notify.notifications where user_id = 2 and` + isUnread,
		"notifications_of_a_person": `select id from notify.notifications where user_id = 2 and shown and removed_at is null and id > 0 and snoozed_until is null order by id desc limit 50`,
		"changes_of_a_person":       `select id from notify.notifications where user_id = 2 and seq > 19990 and seq <= 20000`,
		"unread_of_a_topic":         `select id from notify.notifications where user_id = 2 and topic = 'room:1' and topic_seq <= 3 and read_at is null and removed_at is null`,
		"asleep":                    `select min(snoozed_until) from notify.notifications where snoozed_until is not null`,
		"causes_by_key":             strings.ReplaceAll(`select user_id from notify.causes where`+underKey, "$1", "'message:77'"),
	} {
		rows, err := b.db.Query(t.Context(), `explain `+sql)
		if err != nil {
			t.Fatal(err)
		}
		plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		if text := strings.Join(plan, "\n"); !strings.Contains(text, index) {
			t.Errorf("%s is not used:\n%s", index, text)
		}
	}
}
