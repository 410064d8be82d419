// Package outbox works off transactional outboxes: tables in which a change stores,
// in its own transaction, what must happen after its commit, such as a notification.
// So what must happen is stored if and only if the change is, and no crash loses it.
//
// # The path of an entry
//
//  1. A feature inserts an entry in the transaction of a change. After the commit it
//     signals the Wake of the outbox.
//  2. Outbox.Run (outbox.go) works the entries off: at once after a signal, and
//     otherwise when an entry that failed is due again, or once a poll interval, for
//     entries of a node that has crashed.
//  3. Outbox.claim (store.go) takes a batch of due entries. It sets their due time to
//     the end of a lease and commits: until then no other node takes them. Of entries
//     with one key it takes only the oldest, and none while the oldest is not due.
//  4. Outbox.doAll (outbox.go) calls Config.Do for one entry after the other. No
//     transaction is open then, and no lock is held in the database, so Do may take as
//     many connections as it likes, and a slow one delays no other table.
//  5. Outbox.settle (store.go) deletes the entries that are done. An entry that failed
//     or panicked becomes due again after a pause, which doubles with each failure and
//     has jitter; there is no last attempt. What was not begun is due again at once.
//
// # The table
//
// Each feature has its own table, in its own schema, with these columns besides those
// that Do needs:
//
//	id       bigint generated always as identity, unique
//	at       timestamptz not null default now()  -- when it was stored, for the metrics
//	attempts integer not null default 0          -- how often it was claimed
//	due_at   timestamptz not null default now()  -- when it may be claimed
//
// An index on (due_at, id) and, if there is a key, one on (key, id) keep the claim
// cheap with many entries. The entries of one key are done in the order of their ids,
// so the changes that store them must be serialised, for example by the lock of a row.
//
// # Guarantees
//
//   - At least once. Do gets an entry again if the process crashes, or loses the
//     database, between Do and the deletion. So Do must be idempotent: those of this
//     repository use the entry, or what it is about, as an idempotency key.
//   - Two nodes never do one entry at once, as long as Do returns when its context
//     ends: that is leaseMargin before the lease does. Nodes need no synchronous
//     clocks: the lease is measured by the database.
//   - An entry that fails does not delay others, except later ones of its own key.
//   - Entries without a key, or of different keys, are begun in the order in which
//     they are due, but there is no guarantee that they end in it.
//   - After a crash an entry that was claimed waits for the end of the lease.
//
// # Metrics
//
// Outbox.Stats (stats.go) has the number of entries, the age of the oldest and counts
// of what this node has done; internal/app exports them to Prometheus. An entry that
// can never be done is seen by its age, and in the log by its attempts.
//
// Why it is not a library: docs/decisions/0012-one-transactional-outbox.md.
package outbox
