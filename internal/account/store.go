package account

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"hubbub/internal/base/postgres"
)

// store has the queries about users; store_keys.go those about sessions, tokens and tickets.
// db is the pool, or one transaction.
type store struct{ db postgres.Queryer }

// inTx runs fn in a transaction, and commits unless fn returns an error.
func inTx(ctx context.Context, db *postgres.DB, fn func(store) error) error {
	return postgres.InTx(ctx, db, func(tx pgx.Tx) error { return fn(store{tx}) })
}

const userColumns = `u.id, u.full_name, u.handle, u.email, u.role, u.title, u.avatar_url, u.hue, u.created_at, u.last_seen_at, u.password_hash is not null`

// scanUser reads userColumns, then more.
func scanUser(row pgx.Row, more ...any) (User, error) {
	var u User
	var hue *int
	into := []any{&u.ID, &u.FullName, &u.Handle, &u.Email, &u.Role, &u.Title, &u.AvatarURL, &hue, &u.CreatedAt, &u.LastSeenAt, &u.HasPassword}
	if err := row.Scan(append(into, more...)...); err != nil {
		return User{}, err
	}
	if u.Hue = HueOf(u.ID); hue != nil {
		u.Hue = *hue
	}
	return u, nil
}

func collectUsers(rows pgx.Rows, err error) ([]User, error) {
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (User, error) { return scanUser(row) })
}

// signUpLock is the advisory lock under which users are added, one transaction at a time on
// all nodes. So exactly one user is the first, and a free handle stays free until it is
// inserted.
const signUpLock = 0x68756262 // "hubb"

func (s store) lockSignUps(ctx context.Context) error {
	_, err := s.db.Exec(ctx, `select pg_advisory_xact_lock($1)`, signUpLock)
	if err != nil {
		return fmt.Errorf("lock sign-ups: %w", err)
	}
	return nil
}

// handlesOf returns the taken handles that are the base, or the base and a number. The base
// has letters and digits only.
func (s store) handlesOf(ctx context.Context, base string) ([]string, error) {
	rows, err := s.db.Query(ctx, `
		select handle
		  from account.users
		 where handle like $1 || '%'
		   and handle ~ ('^' || $1 || '[0-9]*$')`, base)
	if err != nil {
		return nil, fmt.Errorf("find handles: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// insertUser adds a user; the first of all is an admin. The caller must hold the lock.
func (s store) insertUser(ctx context.Context, fullName, handle, email string, passwordHash *string) (User, error) {
	u, err := scanUser(s.db.QueryRow(ctx, `
		insert into account.users as u (full_name, handle, email, password_hash, role)
		values ($1, $2, $3, $4, case when exists (select from account.users) then 'member' else 'admin' end)
		returning `+userColumns, fullName, handle, email, passwordHash))
	if err != nil {
		return User{}, fmt.Errorf("add the user: %w", err)
	}
	return u, nil
}

// updateDemoUser resets the user with this email to the demo's data, without a password; false
// if there is none.
func (s store) updateDemoUser(ctx context.Context, d DemoUser) (u User, found bool, err error) {
	u, err = scanUser(s.db.QueryRow(ctx, `
		update account.users u
		   set full_name = $2, role = $3, title = $4, hue = $5, password_hash = null
		 where lower(u.email) = lower($1)
		returning `+userColumns, d.email(), d.FullName, d.role, d.Title, d.Hue))
	if errors.Is(err, pgx.ErrNoRows) {
		return User{}, false, nil
	}
	if err != nil {
		return User{}, false, fmt.Errorf("update the demo user %s: %w", d.FullName, err)
	}
	return u, true, nil
}

// userByEmail returns a user and the hash of their password, nil if they have none; ok is
// false if there is no such user.
func (s store) userByEmail(ctx context.Context, email string) (u User, hash *string, ok bool, err error) {
	u, err = scanUser(s.db.QueryRow(ctx, `
		select `+userColumns+`, u.password_hash
		  from account.users u
		 where lower(u.email) = lower($1)`, email), &hash)
	if errors.Is(err, pgx.ErrNoRows) {
		return User{}, nil, false, nil
	}
	if err != nil {
		return User{}, nil, false, fmt.Errorf("find the account: %w", err)
	}
	return u, hash, true, nil
}

// users returns the users with these ids, in no order; unknown ids are left out.
func (s store) users(ctx context.Context, ids []int64) ([]User, error) {
	users, err := collectUsers(s.db.Query(ctx, `
		select `+userColumns+`
		  from account.users u
		 where u.id = any($1)`, ids))
	if err != nil {
		return nil, fmt.Errorf("find users: %w", err)
	}
	return users, nil
}

// usersToIndex returns the next users after the id, locked until the transaction ends.
func (s store) usersToIndex(ctx context.Context, after int64, limit int) ([]User, error) {
	users, err := collectUsers(s.db.Query(ctx, `
		select `+userColumns+`
		  from account.users u
		 where u.id > $1
		 order by u.id
		 limit $2
		   for share`, after, limit))
	if err != nil {
		return nil, fmt.Errorf("read users to index: %w", err)
	}
	return users, nil
}

// usersByHandles returns the users with these handles, in no order.
func (s store) usersByHandles(ctx context.Context, handles []string) ([]User, error) {
	users, err := collectUsers(s.db.Query(ctx, `
		select `+userColumns+`
		  from account.users u
		 where u.handle = any($1)`, handles))
	if err != nil {
		return nil, fmt.Errorf("find users by handle: %w", err)
	}
	return users, nil
}

// usersWithRole returns the users with the role, ordered by id. It reads the whole table, so
// it should not be called often.
func (s store) usersWithRole(ctx context.Context, role Role) ([]User, error) {
	users, err := collectUsers(s.db.Query(ctx, `
		select `+userColumns+`
		  from account.users u
		 where u.role = $1
		 order by u.id`, role))
	if err != nil {
		return nil, fmt.Errorf("find users by role: %w", err)
	}
	return users, nil
}

// search returns the users whose name or handle contains the text, first those where one of
// them begins with it. An empty text matches all users.
func (s store) search(ctx context.Context, text string, limit int) ([]User, error) {
	users, err := collectUsers(s.db.Query(ctx, `
		select `+userColumns+`
		  from account.users u
		 where $1 = '' or u.full_name ilike '%' || $1 || '%' or u.handle ilike '%' || $1 || '%'
		 order by not (u.full_name ilike $1 || '%' or u.handle ilike $1 || '%'), lower(u.full_name), u.id
		 limit $2`, likeEscape.Replace(text), limit))
	if err != nil {
		return nil, fmt.Errorf("search users: %w", err)
	}
	return users, nil
}

var likeEscape = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// rename returns the user with the new name.
func (s store) rename(ctx context.Context, id int64, fullName string) (User, error) {
	u, err := scanUser(s.db.QueryRow(ctx, `
		update account.users u
		   set full_name = $2
		 where u.id = $1
		returning `+userColumns, id, fullName))
	if err != nil {
		return User{}, fmt.Errorf("rename the user: %w", err)
	}
	return u, nil
}

func (s store) setPassword(ctx context.Context, id int64, hash string) error {
	_, err := s.db.Exec(ctx, `
		update account.users
		   set password_hash = $2
		 where id = $1`, id, hash)
	if err != nil {
		return fmt.Errorf("store the password: %w", err)
	}
	return nil
}
