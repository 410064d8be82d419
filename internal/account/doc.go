// Package account manages users, sessions and tokens, and identifies the caller of a
// request.
//
// # The life of a session
//
//  1. SignUp or SignIn (service.go), or SignInDemo (demo.go), generates 256 random bits
//     (newSecret, secret.go). They are stored in the cookie hubbub_session, over https
//     __Host-hubbub_session; the database stores their SHA-256.
//  2. Middleware (middleware.go) calls Identify (identify.go) for every HTTP request and
//     puts the Caller into the request's context. Handlers read it with SignedIn
//     (caller.go).
//  3. The handshake of a socket is such a request. Its virtual requests have the same
//     Caller and are not identified again.
//  4. Using a session extends it to 30 days from then (touchSession, store_keys.go),
//     written at most once a minute. The cookie lasts longer, because the database
//     decides when the session ends.
//  5. SignOut, RevokeSession (keys.go) and ChangePassword (service.go), which also
//     revokes tokens, delete the row first and then close the sockets with 4401
//     (closeSockets, events.go). A handshake in between is rejected by the hub, which
//     remembers ended sessions for a minute. Every other node closes its sockets of
//     that session within a second, with a bus and without (closeEnded, service.go).
//  6. Run (service.go) deletes sessions that were not used for 30 days.
//
// # Who is calling
//
//	Authorization: Bearer …   a token; 401 if it is invalid or expired
//	/socket?ticket=…          a ticket: single use, 60 s; 401 if it is invalid
//	Cookie: hubbub_session=…  a session; ignored if it has ended
//	none of these             a guest: public actions only
//
// The first credential that is present decides. An invalid token or ticket is rejected
// whatever else the request has.
//
// # Tables
//
//	account.users     users; the only table that other features refer to
//	account.sessions  signed-in browsers
//	account.tokens    bearer tokens of programs; valid until they expire or are revoked
//	account.tickets   deleted with the session or token that they were created with
//	account.attempts  attempts that count against a limit
//
// # Events
//
// Users are the resource "user": created at sign-up, updated when a name changes.
// Listing users over a live connection subscribes it to those listed and to new ones.
//
// # Limits
//
// In 15 minutes: ten failed sign-ins per account and thirty per address; successful ones
// do not count. In an hour: a hundred sign-ups per address. They are counted in Postgres
// rather than in memory, so that all nodes agree and a restart resets nothing; a sign-in
// costs some 50 ms of hashing anyway, compared with which counting is cheap. Sign-ups
// are counted under a lock before the password is hashed. The counter of failures has no
// lock: concurrent attempts can exceed the limit by as many as are hashed at the same
// time, one per processor.
//
// Failures from elsewhere do not lock users out where they are signed in: a network with
// a session of the account has a limit of its own.
//
// # Guarantees
//
//   - An unknown email and a wrong password get the same answer after the same work: one
//     look-up, one argon2id comparison.
//   - At most one password per processor is hashed at a time, with 19 MiB each, and at
//     most eight requests of one address wait or hash.
//   - Of several concurrent uses of a ticket exactly one succeeds.
//   - The first user of an instance becomes its admin; later sign-ups do not.
//
// # What it does not do
//
// It sends no email: addresses are not confirmed, and a forgotten password has to be
// reset in the database. It does not know who is online: that comes through the
// interface Online.
package account
