package account

import (
	"context"
	"log/slog"
	"net/http"
	"sync"

	"hubbub/internal/base/fault"
	"hubbub/internal/base/index"
	"hubbub/internal/base/loop"
	"hubbub/internal/base/postgres"
	"hubbub/internal/live/hub"
)

// Online reports who is online. An adapter in internal/app asks presence, or the hub.
type Online interface {
	// Online returns the presence of each user; unknown users may be left out.
	Online(ctx context.Context, ids []int64) map[int64]Presence
}

// Config configures the service. Hub and Online must be set.
type Config struct {
	Hub    *hub.Hub
	Online Online
	Log    *slog.Logger // nil: the default
	Guard  loop.Guard   // catches panics of background loops; without a logger it uses Log
	Demo   bool         // demo users sign in with one click
	Cost   Cost         // of hashing a password; zero: defaultCost
	Index  index.Writer // nil: users are not indexed for search

	Nodes  func() int               // live nodes on the database, this one included; nil: one
	Secure func(*http.Request) bool // reports whether the browser uses https; nil: never
}

// Service has the use cases of accounts. Its methods are safe for concurrent use.
type Service struct {
	Config
	db        *postgres.DB
	store     store
	passwords *passwords
}

// New returns the service. It hashes one password, which takes some 50 ms.
func New(db *postgres.DB, c Config) (*Service, error) {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	c.Guard = c.Guard.WithLog(c.Log)
	if c.Index == nil {
		c.Index = index.None{}
	}
	if c.Nodes == nil {
		c.Nodes = func() int { return 1 }
	}
	if c.Secure == nil {
		c.Secure = func(*http.Request) bool { return false }
	}
	passwords, err := newPasswords(c.Cost)
	if err != nil {
		return nil, err
	}
	return &Service{Config: c, db: db, store: store{db}, passwords: passwords}, nil
}

// SignUpInput is the input of SignUp.
type SignUpInput struct {
	FullName string `json:"fullName"`
	Email    string `json:"email"`
	Password string `json:"password"`
}

func (n SignUpInput) problems() error {
	invalid := fieldFaults{}
	invalid.check("fullName", nameProblem(n.FullName))
	invalid.check("email", emailProblem(n.Email))
	invalid.check("password", passwordProblem(n.Password))
	return invalid.err()
}

// SignUp creates an account and starts a session; the secret is the value of the cookie. A
// taken email is a 409; too many accounts from one address are a 429.
func (s *Service) SignUp(ctx context.Context, n SignUpInput, from Client) (c Caller, secret string, err error) {
	n.FullName = normalizeName(n.FullName)
	if err := n.problems(); err != nil {
		return Caller{}, "", err
	}
	hash, err := s.hash(ctx, n.Password, from, signUpLimits(from.Address)...)
	if err != nil {
		return Caller{}, "", err
	}
	u, err := s.addUser(ctx, n, hash)
	if err != nil {
		return Caller{}, "", err
	}
	s.publishUser(ctx, hub.Created, newProfile(u, Presence{}))
	return s.startSession(ctx, u, from)
}

// hash checks and counts the limits after it has a slot, before it hashes.
func (s *Service) hash(ctx context.Context, password string, from Client, limits ...limit) (string, error) {
	release, err := s.passwords.acquire(ctx, from.Address)
	if err != nil {
		return "", err
	}
	defer release()
	if err := s.reserve(ctx, limits); err != nil {
		return "", err
	}
	return s.passwords.hash(password)
}

func (s *Service) addUser(ctx context.Context, n SignUpInput, hash string) (u User, err error) {
	u, err = s.writeIndexed(ctx, func(tx store) (User, error) {
		if err := tx.lockSignUps(ctx); err != nil {
			return User{}, err
		}
		base := handleBase(n.FullName)
		taken, err := tx.handlesOf(ctx, base)
		if err != nil {
			return User{}, err
		}
		return tx.insertUser(ctx, n.FullName, freeHandle(base, taken), n.Email, &hash)
	})
	if postgres.Violates(err, "users_email") {
		return User{}, fault.Conflict("An account with this email already exists. Sign in instead.")
	}
	return u, err
}

// SignIn starts a session for the user with the email and password; the secret is the value of
// the cookie. An unknown email and a wrong password are the same 401.
func (s *Service) SignIn(ctx context.Context, email, password string, from Client) (c Caller, secret string, err error) {
	u, err := s.authenticate(ctx, email, password, from)
	if err != nil {
		return Caller{}, "", err
	}
	return s.startSession(ctx, u, from)
}

// authenticate checks the limit only after it has a slot: of many concurrent attempts, those
// after the tenth failure find it recorded.
func (s *Service) authenticate(ctx context.Context, email, password string, from Client) (User, error) {
	release, err := s.passwords.acquire(ctx, from.Address)
	if err != nil {
		return User{}, err
	}
	defer release()
	limits, err := s.failureLimits(ctx, email, from.Address)
	if err != nil {
		return User{}, err
	}
	if err := s.store.checkLimits(ctx, limits); err != nil {
		return User{}, err
	}
	u, hash, _, err := s.store.userByEmail(ctx, email)
	if err != nil {
		return User{}, err
	}
	right, err := s.passwords.matches(password, hash)
	if err != nil || right {
		return u, err
	}
	if err := s.store.recordAttempts(ctx, limits); err != nil {
		return User{}, err
	}
	return User{}, fault.New(http.StatusUnauthorized, "Incorrect email or password.")
}

// startSession starts a session.
func (s *Service) startSession(ctx context.Context, u User, from Client) (c Caller, secret string, err error) {
	secret = newSecret()
	from.UserAgent = sanitizeAgent(from.UserAgent)
	f, err := s.store.insertSession(ctx, u.ID, hashSecret(secret), from)
	if err != nil {
		return Caller{}, "", err
	}
	return Caller{User: u, Session: sessionKey(f.id), Expires: f.expires}, secret, nil
}

// Rename changes the caller's name; the handle stays the same.
func (s *Service) Rename(ctx context.Context, c Caller, fullName string) error {
	fullName = normalizeName(fullName)
	if reason := nameProblem(fullName); reason != "" {
		return fault.Invalid("fullName", reason)
	}
	u, err := s.writeIndexed(ctx, func(tx store) (User, error) { return tx.rename(ctx, c.ID, fullName) })
	if err != nil {
		return err
	}
	s.publishUser(ctx, hub.Updated, s.profileOf(ctx, u))
	return nil
}

// ChangePassword sets a new password for a caller who knows the current one, ends their other
// sessions and revokes their tokens. Wrong guesses count as failed sign-ins.
func (s *Service) ChangePassword(ctx context.Context, c Caller, current, password string, from Client) error {
	if reason := passwordProblem(password); reason != "" {
		return fault.Invalid("password", reason)
	}
	if _, err := s.authenticate(ctx, c.Email, current, from); err != nil {
		if fault.Of(err).Status == http.StatusUnauthorized {
			return fault.Invalid("current", "is incorrect")
		}
		return err
	}
	hash, err := s.hash(ctx, password, from)
	if err != nil {
		return err
	}
	return s.replacePassword(ctx, c, hash)
}

func (s *Service) replacePassword(ctx context.Context, c Caller, hash string) error {
	var ended, revoked []int64
	err := inTx(ctx, s.db, func(tx store) error {
		if err := tx.setPassword(ctx, c.ID, hash); err != nil {
			return err
		}
		var err error
		if ended, err = tx.deleteOtherSessions(ctx, c.ID, sessionID(c.Session)); err != nil {
			return err
		}
		revoked, err = tx.deleteTokens(ctx, c.ID)
		return err
	})
	if err != nil {
		return err
	}
	s.closeSessions(ended)
	for _, id := range revoked {
		s.closeSockets(tokenKey(id))
	}
	return nil
}

// Run deletes expired sessions, and closes the sockets of sessions and tokens that ended on
// another node, until ctx ends.
func (s *Service) Run(ctx context.Context) {
	var running sync.WaitGroup
	running.Go(func() {
		loop.Run(ctx, loop.Config{Name: "account-revocations", Guard: s.Guard, Period: revocationsEvery}, s.closeEnded)
	})
	loop.Run(ctx, loop.Config{Name: "account-sweep", Guard: s.Guard, Period: sweepEvery, AtOnce: true}, s.sweep)
	running.Wait()
}

func (s *Service) sweep(ctx context.Context) error {
	ended, err := s.store.deleteExpired(ctx)
	s.closeSessions(ended)
	return err
}

// closeEnded closes this node's sockets of sessions and tokens that are no longer valid. A
// node closes the sockets of what it ends itself at once, so a single node asks nothing.
func (s *Service) closeEnded(ctx context.Context) error {
	if s.Nodes() < 2 {
		return nil
	}
	open := s.Hub.Sessions()
	if len(open) == 0 {
		return nil
	}
	valid, err := s.ValidKeys(ctx, open)
	if err != nil {
		return err
	}
	for _, key := range open {
		if !valid[key] {
			s.closeSockets(key)
		}
	}
	return nil
}
