// Package account knows people: who they are, how they sign in, and who is
// calling.
//
// # The life of a session
//
//  1. SignUp or SignIn (or one click, in the demo) makes 256 random bits. They
//     go into the cookie hubbub_session, over https __Host-hubbub_session; the
//     database keeps their SHA-256.
//  2. The middleware asks Identify on every request by HTTP and puts the Caller
//     into the request's context. What comes after reads it with SignedIn.
//  3. A handshake of a socket is such a request. Its virtual requests carry the
//     same Caller, and are not looked up again.
//  4. Being used moves the session's end to 30 days from then, written at most
//     once a minute. The cookie itself lasts longer: the database decides.
//  5. SignOut, RevokeSession and ChangePassword, which revokes tokens too, delete the row first and close
//     the sockets afterwards, with 4401. A handshake in between finds the end
//     in the hub, which remembers it for a minute.
//  6. Run deletes sessions that nobody used for 30 days.
//
// # Who is calling
//
//	Authorization: Bearer …   a token; a bad or expired one is 401
//	/socket?ticket=…          a ticket, single use, 60 s; a bad one is 401
//	Cookie: hubbub_session=…  a session; one that is over is nobody
//	none of these             nobody: public actions only
//
// The first that is there decides. A bad token or ticket is refused whatever
// else was sent.
//
// # Tables
//
//	account.users     people; the only table that other features refer to
//	account.sessions  browsers that are signed in
//	account.tokens    bearer tokens of programs; valid until they expire or are revoked
//	account.tickets   go with the session or token that asked for them
//	account.attempts  what is counted against a limit
//
// # Events
//
// People are the resource "user": created at sign-up, updated at a new name.
// Listing them over a live connection subscribes to those listed, and to new ones.
//
// # Limits
//
// Ten failed sign-ins of an account and thirty of an address in 15 minutes;
// successes do not count. A hundred accounts from an address in an hour. They
// are counted in Postgres rather than in memory, so that all nodes agree and a
// restart forgives nothing; a sign-in costs some 50 ms of hashing anyway, beside
// which the counting is small. Sign-ups are counted under a lock before they are
// hashed. Nothing locks the counter of failures: guesses that are in flight at
// once may pass the tenth by as many as are hashed at once, one a processor.
//
// Guesses from anywhere do not lock an account's owner out where they are signed
// in: a network with a session of the account has ten failures of its own.
//
// # What it promises
//
//   - An unknown email and a wrong password get the same answer after the same
//     work: one look-up, one argon2id comparison.
//   - At most one password a processor is hashed at a time, 19 MiB each, and at
//     most eight of an address are in line for it.
//   - Exactly one of two who use a ticket at once gets in.
//   - The first person of an instance, and no other who signs up, is its admin.
//
// # What it does not do
//
// It sends no email: addresses are not confirmed, and a forgotten password is
// for an admin with a database. It does not know who is online: that comes
// through the interface Online.
package account
