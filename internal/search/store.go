package search

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"hubbub/internal/account"
	"hubbub/internal/postgres"
)

// statements are the questions, which all find by one and the same rule. They
// are made once: typos are forgiven where the database can.
type statements struct {
	best, counts, placed, news string
}

// asked reads the queries, $1 to $6, each once: what is cast in a join is cast
// again for every entry. kinds is the kinds with spaces between.
const asked = `
	with q as materialized (
	  select n, viewer, words::tsquery, plain::tsquery, whole::tsquery, nullif(name, '') as name, string_to_array(kinds, ' ') as kinds
	    from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
	         with ordinality as a (viewer, words, plain, whole, name, kinds, n)
	)`

// matches is the rule: what entry e must be for a query q to find it.
const matches = `
	       (e.words @@ q.words or /* typos */ q.name <% e.name)
	   and e.kind = any (q.kinds)
	   and (e.scope = 'public' or exists (select from search.grants g where g.user_id = q.viewer and g.scope = e.scope))`

// score puts what has the words before what is only like them. It is rounded,
// so that equally good ones are in the order of their time.
const score = `
	round((case when e.words @@ q.plain
	            then 1 + ts_rank_cd('{0.1, 0.2, 0.4, 1}', e.words, q.plain, 1)
	                   + ts_rank_cd('{0.1, 0.2, 0.4, 1}', e.words, q.whole, 1) / 2
	            else /* typos */ word_similarity(q.name, e.name)
	        end)::numeric, 2)::float8`

// around is what a page shows beside an entry: the room that it was said in, who
// it is or said it, and their colour.
const around = `
	(select r.title from search.entries r where r.kind = 'room' and r.id = (e.data->'message'->>'roomId')::bigint),
	case e.kind when 'user' then e.id else e.actor_id end,
	(select u.hue from account.users u where u.id = case e.kind when 'user' then e.id else e.actor_id end)`

// shownBody is as much of a body as a snippet is made of, for entries that were
// stored before Entry.body cut them. It stands outside of sorting, so that it is
// read of the results only.
const shownBody = `left(e.body, 524288)`

// best are the first results of each query, in their order.
const best = asked + `
	select q.n, e.kind, e.id, e.title, ` + shownBody + `, e.url, e.data, e.at, e.score, ` + around + `
	  from q cross join lateral (
	       select e.kind, e.id, e.title, e.body, e.url, e.data, e.at, e.actor_id, ` + score + ` as score
	         from search.entries e
	        where ` + matches + `
	        order by score desc, e.at desc, e.kind, e.id
	        limit $7 offset $8) e
	 order by q.n, e.score desc, e.at desc, e.kind, e.id`

// counts are how many of each kind a query finds.
const counts = asked + `
	select e.kind, count(*)
	  from q join search.entries e on ` + matches + `
	 group by e.kind`

// changed reads entries by their keys, $7 and $8, with their words before, $9.
const changed = asked + `, e as materialized (
	  select e.*, i.before::tsvector
	    from unnest($7::text[], $8::bigint[], $9::text[]) as i (kind, id, before)
	    join search.entries e using (kind, id)
	)`

// placed are which queries find which of the entries now, and how well.
const placed = changed + `
	select q.n, e.kind, e.id, e.title, ` + shownBody + `, e.url, e.data, e.at, ` + score + `, ` + around + `
	  from e join q on ` + matches

// news are which queries find an entry now and did not before. One's own are no
// news.
const news = changed + `
	select q.n, e.kind, e.id, e.title, ` + shownBody + `, e.url, e.data, e.at, 0::float8, ` + around + `
	  from e join q on ` + matches + `
	 where not coalesce(e.before @@ q.words, false) and e.actor_id is distinct from q.viewer
	 order by q.n, e.kind, e.id`

func newStatements(typos bool) statements {
	s := statements{best, counts, placed, news}
	if typos {
		return s
	}
	exactly := strings.NewReplacer("or /* typos */ q.name <% e.name", "", "/* typos */ word_similarity(q.name, e.name)", "0").Replace
	return statements{exactly(best), exactly(counts), exactly(placed), exactly(news)}
}

// wellSet is for the transaction of a question. A name must have 55 % of a
// query's letter triples to be found in spite of typos: at the usual 0.6 a
// twisted pair in six letters is too much. And compiling a statement takes
// longer than these run, however much the planner expects of a hundred queries.
const wellSet = `select set_config('pg_trgm.word_similarity_threshold', '0.55', true), set_config('jit', 'off', true)`

// runQuery runs one of the statements, well set, in one round trip.
func runQuery(ctx context.Context, db postgres.Queryer, read func(pgx.Rows) error, sql string, args ...any) error {
	batch := &pgx.Batch{}
	batch.Queue(wellSet)
	batch.Queue(sql, args...).Query(read)
	return db.SendBatch(ctx, batch).Close()
}

// columns are the queries as asked reads them.
func columns(asks []parsed) []any {
	var (
		viewers                          []int64
		words, plain, whole, name, kinds []string
	)
	for _, a := range asks {
		tsquery, among := a.query.tsquery(), a.Kinds
		viewers = append(viewers, a.Viewer)
		words = append(words, limited(tsquery, among))
		plain = append(plain, tsquery)
		whole = append(whole, a.query.whole())
		name = append(name, a.name())
		kinds = append(kinds, listed(among))
	}
	return []any{viewers, words, plain, whole, name, kinds}
}

// bestOf returns the first results of each query.
func (s statements) bestOf(ctx context.Context, db postgres.Queryer, asks []parsed, limit, offset int) ([][]Result, error) {
	found := make([][]Result, len(asks))
	for i := range found {
		found[i] = []Result{}
	}
	err := runQuery(ctx, db, func(rows pgx.Rows) error {
		return eachResult(rows, asks, func(n int, r Result, _ string) { found[n] = append(found[n], r) })
	}, s.best, append(columns(asks), limit, offset)...)
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	return found, nil
}

// eachResult tells of each with its whole text.
func eachResult(rows pgx.Rows, asks []parsed, do func(n int, r Result, text string)) error {
	var (
		n      int
		body   string
		person *int64
		place  *string
		hue    *int
		r      Result
	)
	_, err := pgx.ForEachRow(rows, []any{&n, &r.Kind, &r.ID, &r.Title, &body, &r.URL, &r.Data, &r.At, &r.Score, &place, &person, &hue}, func() error {
		r.Heading, r.Snippet = asks[n-1].query.heading(r), asks[n-1].query.snippet(body)
		r.Place, r.Hue = value(place), colour(person, hue)
		do(n-1, r, body)
		r.Data = nil // the next row's is another
		return nil
	})
	return err
}

func colour(person *int64, own *int) int {
	switch {
	case own != nil:
		return *own
	case person != nil:
		return account.HueOf(*person)
	}
	return 0
}

func value(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

// countsOf returns how many results of each kind a query has.
func (s statements) countsOf(ctx context.Context, db postgres.Queryer, ask parsed) (map[Kind]int, error) {
	counts := map[Kind]int{}
	err := runQuery(ctx, db, func(rows pgx.Rows) error {
		var kind Kind
		var n int
		_, err := pgx.ForEachRow(rows, []any{&kind, &n}, func() error {
			counts[kind] = n
			return nil
		})
		return err
	}, s.counts, columns([]parsed{ask})...)
	if err != nil {
		return nil, fmt.Errorf("count results: %w", err)
	}
	return counts, nil
}

// among returns which of the entries each query finds, in no order.
func (s statements) among(ctx context.Context, db postgres.Queryer, asks []parsed, keys []key) ([][]Result, error) {
	found := make([][]Result, len(asks))
	err := runQuery(ctx, db, func(rows pgx.Rows) error {
		return eachResult(rows, asks, func(n int, r Result, _ string) { found[n] = append(found[n], r) })
	}, s.placed, append(columns(asks), apart(keys, nil)...)...)
	if err != nil {
		return nil, fmt.Errorf("search among changes: %w", err)
	}
	return found, nil
}

// previewed returns the entry with its text, both as HTML, if the query finds it.
func (s statements) previewed(ctx context.Context, db postgres.Queryer, ask parsed, k key) (found *Result, text string, err error) {
	asks := []parsed{ask}
	err = runQuery(ctx, db, func(rows pgx.Rows) error {
		return eachResult(rows, asks, func(_ int, r Result, body string) { found, text = &r, ask.query.beginning(body) })
	}, s.placed, append(columns(asks), apart([]key{k}, nil)...)...)
	if err != nil {
		return nil, "", fmt.Errorf("preview a result: %w", err)
	}
	return found, text, nil
}

// apart are keys as two columns, and the words before as a third.
func apart(keys []key, befores []*string) []any {
	kinds, ids := make([]string, len(keys)), make([]int64, len(keys))
	for i, k := range keys {
		kinds[i], ids[i] = string(k.kind), k.id
	}
	if befores == nil {
		befores = make([]*string, len(keys))
	}
	return []any{kinds, ids, befores}
}

// canForgive says whether the database has what forgiving typos needs, and gets
// it where it may.
func canForgive(ctx context.Context, db postgres.Queryer) (bool, error) {
	var has bool
	err := db.QueryRow(ctx, `
		select exists (select from pg_extension where extname = 'pg_trgm')
		   and to_regclass('search.names_of_entries') is not null`).Scan(&has)
	if err == nil && !has {
		err = db.QueryRow(ctx, `select search.tolerate_typos()`).Scan(&has)
	}
	if err != nil {
		return false, fmt.Errorf("look for pg_trgm: %w", err)
	}
	return has, nil
}
