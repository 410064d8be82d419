package search

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"hubbub/internal/account"
	"hubbub/internal/base/index"
	"hubbub/internal/base/postgres"
)

// statements are the SQL statements of a search, which all share one condition. They are built
// once: they tolerate typos if the database can.
type statements struct {
	best, counts, among, newlyFound string
}

// requestCTE reads the requests, $1 to $6, and casts each once: a cast in a join would run
// again for every entry. kinds is space-separated.
const requestCTE = `
	with q as materialized (
	  select n, viewer, words::tsquery, plain::tsquery, whole::tsquery, nullif(name, '') as name, string_to_array(kinds, ' ') as kinds
	    from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
	         with ordinality as a (viewer, words, plain, whole, name, kinds, n)
	)`

// matches is the condition under which a query q finds an entry e.
const matches = `
	       (e.words @@ q.words or /* typos */ q.name <% e.name)
	   and e.kind = any (q.kinds)
	   and (e.scope = 'public' or exists (select from search.grants g where g.user_id = q.viewer and g.scope = e.scope))`

// scoreColumn ranks entries that have the words before entries that are only similar. It is
// rounded, so that nearly equal entries are in the order of their time.
const scoreColumn = `
	round((case when e.words @@ q.plain
	            then 1 + ts_rank_cd('{0.1, 0.2, 0.4, 1}', e.words, q.plain, 1)
	                   + ts_rank_cd('{0.1, 0.2, 0.4, 1}', e.words, q.whole, 1) / 2
	            else /* typos */ word_similarity(q.name, e.name)
	        end)::numeric, 2)::float8`

// displayColumns are what a page shows with an entry: the title of a message's room, the user
// that the entry is or was written by, and that user's colour.
const displayColumns = `
	(select r.title from search.entries r where r.kind = 'room' and r.id = (e.data->'message'->>'roomId')::bigint),
	case e.kind when 'user' then e.id else e.actor_id end,
	(select u.hue from account.users u where u.id = case e.kind when 'user' then e.id else e.actor_id end)`

// shownBody is the part of a body from which a snippet is made, for entries that were stored
// before bodyOf truncated them. It is outside of the sorting subquery, so that Postgres
// reads it only of the results.
const shownBody = `left(e.body, 524288)`

// bestQuery returns the first results of each query, in their order.
const bestQuery = requestCTE + `
	select q.n, e.kind, e.id, e.title, ` + shownBody + `, e.url, e.data, e.at, e.score, ` + displayColumns + `
	  from q cross join lateral (
	       select e.kind, e.id, e.title, e.body, e.url, e.data, e.at, e.actor_id, ` + scoreColumn + ` as score
	         from search.entries e
	        where ` + matches + `
	        order by score desc, e.at desc, e.kind, e.id
	        limit $7 offset $8) e
	 order by q.n, e.score desc, e.at desc, e.kind, e.id`

// countsQuery returns how many entries of each kind a query finds.
const countsQuery = requestCTE + `
	select e.kind, count(*)
	  from q join search.entries e on ` + matches + `
	 group by e.kind`

// entryCTE reads entries by their keys, $7 and $8, with their words before the change, $9.
const entryCTE = requestCTE + `, e as materialized (
	  select e.*, i.before::tsvector
	    from unnest($7::text[], $8::bigint[], $9::text[]) as i (kind, id, before)
	    join search.entries e using (kind, id)
	)`

// amongQuery returns which of the queries find which of the entries now, with scores.
const amongQuery = entryCTE + `
	select q.n, e.kind, e.id, e.title, ` + shownBody + `, e.url, e.data, e.at, ` + scoreColumn + `, ` + displayColumns + `
	  from e join q on ` + matches

// newlyFoundQuery returns which of the queries find an entry now and did not before. A user's
// own entries are not new to them.
const newlyFoundQuery = entryCTE + `
	select q.n, e.kind, e.id, e.title, ` + shownBody + `, e.url, e.data, e.at, 0::float8, ` + displayColumns + `
	  from e join q on ` + matches + `
	 where not coalesce(e.before @@ q.words, false) and e.actor_id is distinct from q.viewer
	 order by q.n, e.kind, e.id`

func newStatements(typos bool) statements {
	s := statements{bestQuery, countsQuery, amongQuery, newlyFoundQuery}
	if typos {
		return s
	}
	exactly := strings.NewReplacer("or /* typos */ q.name <% e.name", "", "/* typos */ word_similarity(q.name, e.name)", "0").Replace
	return statements{exactly(bestQuery), exactly(countsQuery), exactly(amongQuery), exactly(newlyFoundQuery)}
}

// queryOptions sets options for the transaction of a search. A name must have 55 % of a
// query's trigrams to be found despite typos: the default of 60 % does not find a word of six
// letters with two of them swapped. JIT is off because compiling a statement takes longer than
// these statements run, whatever the planner expects of a hundred queries.
const queryOptions = `select set_config('pg_trgm.word_similarity_threshold', '0.55', true), set_config('jit', 'off', true)`

// runQuery runs one of the statements with queryOptions, in one round trip.
func runQuery(ctx context.Context, db postgres.Queryer, read func(pgx.Rows) error, sql string, args ...any) error {
	batch := &pgx.Batch{}
	batch.Queue(queryOptions)
	batch.Queue(sql, args...).Query(read)
	return db.SendBatch(ctx, batch).Close()
}

// requestColumns returns the requests as the arguments of requestCTE.
func requestColumns(reqs []parsedRequest) []any {
	var (
		viewers                          []int64
		words, plain, whole, name, kinds []string
	)
	for _, a := range reqs {
		tsquery, among := a.query.tsquery(), a.Kinds
		viewers = append(viewers, a.Viewer)
		words = append(words, withKinds(tsquery, among))
		plain = append(plain, tsquery)
		whole = append(whole, a.query.wholeWords())
		name = append(name, a.name())
		kinds = append(kinds, spaceSeparated(among))
	}
	return []any{viewers, words, plain, whole, name, kinds}
}

// bestResults returns the first results of each query.
func (s statements) bestResults(ctx context.Context, db postgres.Queryer, reqs []parsedRequest, limit, offset int) ([][]Result, error) {
	found := make([][]Result, len(reqs))
	for i := range found {
		found[i] = []Result{}
	}
	err := runQuery(ctx, db, func(rows pgx.Rows) error {
		return eachResult(rows, reqs, func(n int, r Result, _ string) { found[n] = append(found[n], r) })
	}, s.best, append(requestColumns(reqs), limit, offset)...)
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	return found, nil
}

// eachResult calls do for each row, with the index of the request and the entry's whole text.
func eachResult(rows pgx.Rows, reqs []parsedRequest, do func(n int, r Result, text string)) error {
	var (
		n      int
		body   string
		person *int64
		place  *string
		hue    *int
		r      Result
	)
	_, err := pgx.ForEachRow(rows, []any{&n, &r.Kind, &r.ID, &r.Title, &body, &r.URL, &r.Data, &r.At, &r.Score, &place, &person, &hue}, func() error {
		r.Heading, r.Snippet = reqs[n-1].query.heading(r), reqs[n-1].query.snippet(body)
		r.Place, r.Hue = orEmptyText(place), hueOf(person, hue)
		do(n-1, r, body)
		r.Data = nil // or the next row would be decoded into the same slice
		return nil
	})
	return err
}

func hueOf(person *int64, own *int) int {
	switch {
	case own != nil:
		return *own
	case person != nil:
		return account.HueOf(*person)
	}
	return 0
}

func orEmptyText(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

// countResults returns how many results of each kind a query has.
func (s statements) countResults(ctx context.Context, db postgres.Queryer, req parsedRequest) (map[index.Kind]int, error) {
	counts := map[index.Kind]int{}
	err := runQuery(ctx, db, func(rows pgx.Rows) error {
		var kind index.Kind
		var n int
		_, err := pgx.ForEachRow(rows, []any{&kind, &n}, func() error {
			counts[kind] = n
			return nil
		})
		return err
	}, s.counts, requestColumns([]parsedRequest{req})...)
	if err != nil {
		return nil, fmt.Errorf("count results: %w", err)
	}
	return counts, nil
}

// resultsAmong returns which of the entries each query finds, in no order.
func (s statements) resultsAmong(ctx context.Context, db postgres.Queryer, reqs []parsedRequest, keys []key) ([][]Result, error) {
	found := make([][]Result, len(reqs))
	err := runQuery(ctx, db, func(rows pgx.Rows) error {
		return eachResult(rows, reqs, func(n int, r Result, _ string) { found[n] = append(found[n], r) })
	}, s.among, append(requestColumns(reqs), keyColumns(keys, nil)...)...)
	if err != nil {
		return nil, fmt.Errorf("search among changes: %w", err)
	}
	return found, nil
}

// preview returns the entry with its text, both as HTML, or nil if the query does not find it.
func (s statements) preview(ctx context.Context, db postgres.Queryer, req parsedRequest, k key) (found *Result, text string, err error) {
	reqs := []parsedRequest{req}
	err = runQuery(ctx, db, func(rows pgx.Rows) error {
		return eachResult(rows, reqs, func(_ int, r Result, body string) { found, text = &r, req.query.preview(body) })
	}, s.among, append(requestColumns(reqs), keyColumns([]key{k}, nil)...)...)
	if err != nil {
		return nil, "", fmt.Errorf("preview a result: %w", err)
	}
	return found, text, nil
}

// keyColumns returns keys as two columns, and the words before the change as a third.
func keyColumns(keys []key, befores []*string) []any {
	kinds, ids := make([]string, len(keys)), make([]int64, len(keys))
	for i, k := range keys {
		kinds[i], ids[i] = string(k.kind), k.id
	}
	if befores == nil {
		befores = make([]*string, len(keys))
	}
	return []any{kinds, ids, befores}
}

// enableTypos reports whether the database can tolerate typos. It creates what is missing for
// that if the role may.
func enableTypos(ctx context.Context, db postgres.Queryer) (bool, error) {
	var enabled bool
	err := db.QueryRow(ctx, `
		select exists (select from pg_extension where extname = 'pg_trgm')
		   and to_regclass('search.names_of_entries') is not null`).Scan(&enabled)
	if err == nil && !enabled {
		err = db.QueryRow(ctx, `select search.tolerate_typos()`).Scan(&enabled)
	}
	if err != nil {
		return false, fmt.Errorf("look for pg_trgm: %w", err)
	}
	return enabled, nil
}
