package search

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"hubbub/internal/base/index"
	"hubbub/internal/base/postgres"
)

// putEntries inserts or updates entries, and records what their words were before. Each key
// may occur only once.
func putEntries(ctx context.Context, db postgres.Queryer, entries []index.Entry) error {
	rows, err := rowsOf(entries)
	if err != nil {
		return fmt.Errorf("encode entries for the index: %w", err)
	}
	_, err = db.Exec(ctx, `
		with i as (`+incomingEntries+`), before as (
		  select e.kind, e.id, e.words from search.entries e join i using (kind, id)
		), written as (
		  insert into search.entries (kind, id, title, body, url, scope, data, actor_id, at, words, name)
		  select i.* from i order by kind, id
		      on conflict (kind, id) do update
		     set title = excluded.title, body = excluded.body, url = excluded.url, scope = excluded.scope, data = excluded.data,
		         actor_id = excluded.actor_id, at = excluded.at, words = excluded.words, name = excluded.name
		)
		insert into search.changes (kinds, ids, befores)
		select array_agg(i.kind), array_agg(i.id), array_agg(before.words)
		  from i left join before using (kind, id)`, rows...)
	if err != nil {
		return fmt.Errorf("index: %w", err)
	}
	return nil
}

const incomingEntries = `
	select kind, id, title, body, url, scope, data::jsonb, nullif(actor_id, 0), at, words::tsvector, name
	  from unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[],
	              $9::timestamptz[], $10::text[], $11::text[])
	       as i (kind, id, title, body, url, scope, data, actor_id, at, words, name)`

func rowsOf(entries []index.Entry) ([]any, error) {
	var (
		kinds, titles, bodies, urls, scopes, data, words []string
		ids, actors                                      []int64
		at                                               []time.Time
		names                                            []*string
	)
	for _, e := range entries {
		fields, err := fieldsOf(e)
		if err != nil {
			return nil, err
		}
		kinds, ids = append(kinds, string(e.Kind)), append(ids, e.ID)
		titles, bodies, urls = append(titles, e.Title), append(bodies, bodyOf(e)), append(urls, e.URL)
		scopes, data, actors = append(scopes, e.Scope), append(data, fields), append(actors, e.ActorID)
		at, words, names = append(at, e.At), append(words, vectorOf(e)), append(names, nameOf(e))
	}
	return []any{kinds, ids, titles, bodies, urls, scopes, data, actors, at, words, names}, nil
}

// fieldsOf returns the entry's data as a JSON object.
func fieldsOf(e index.Entry) (string, error) {
	if e.Data == nil {
		return "{}", nil
	}
	raw, err := json.Marshal(e.Data)
	return string(raw), err
}

// dropEntries deletes entries.
func dropEntries(ctx context.Context, db postgres.Queryer, kind index.Kind, ids []int64) error {
	_, err := db.Exec(ctx, `
		with gone as (
		  delete from search.entries where kind = $1 and id = any ($2) returning kind, id, words
		)
		insert into search.changes (kinds, ids, befores)
		select array_agg(kind), array_agg(id), array_agg(words)
		  from gone
		having count(*) > 0`, kind, ids)
	if err != nil {
		return fmt.Errorf("drop from the index: %w", err)
	}
	return nil
}

// grantScope lets the users see the entries of the scope.
func grantScope(ctx context.Context, db postgres.Queryer, scope string, users []int64) error {
	_, err := db.Exec(ctx, `
		with given as (
		  insert into search.grants (scope, user_id)
		  select distinct $1, u from unnest($2::bigint[]) u order by u
		      on conflict do nothing
		  returning user_id
		)
		insert into search.changes (users)
		select array_agg(user_id)
		  from given
		having count(*) > 0`, scope, users)
	if err != nil {
		return fmt.Errorf("grant %s: %w", scope, err)
	}
	return nil
}

// revokeScope takes the right to see the scope from the users.
func revokeScope(ctx context.Context, db postgres.Queryer, scope string, users []int64) error {
	_, err := db.Exec(ctx, `
		with taken as (
		  delete from search.grants where scope = $1 and user_id = any ($2) returning user_id
		)
		insert into search.changes (users)
		select array_agg(user_id)
		  from taken
		having count(*) > 0`, scope, users)
	if err != nil {
		return fmt.Errorf("revoke %s: %w", scope, err)
	}
	return nil
}
