package account

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"hubbub/internal/base/fault"
	"hubbub/internal/base/postgres"
)

// DemoUser is a user of the demo; any visitor may sign in as one with a click.
type DemoUser struct {
	FullName string
	Handle   string
	Title    string
	Hue      int
	role     Role
}

func (d DemoUser) email() string { return d.Handle + "@hubbub.example" }

// DemoUsers returns the users of the demo, in the order in which the sign-in page shows them.
func DemoUsers() []DemoUser {
	return []DemoUser{
		{"Sam Rivera", "sam", "Engineer", 6, Admin},
		{"Maya Okafor", "maya", "Product lead", 7, Staff},
		{"Theo Martin", "theo", "Operations", 4, Staff},
		{"Priya Raman", "priya", "Quality", 8, Member},
		{"Lin Wei", "lin", "Data", 1, Member},
		{"Jonas Lind", "jonas", "Design", 2, Member},
		{"Amara Diallo", "amara", "Support", 5, Member},
	}
}

// SeedDemo creates the demo users or resets them to their original data, without passwords,
// and returns them by their original handle. If a real user has the handle "sam", the demo
// user Sam has another one, but is still returned under "sam". SeedDemo may run at every
// start, on several nodes at once.
func (s *Service) SeedDemo(ctx context.Context) (map[string]User, error) {
	cast := map[string]User{}
	err := postgres.InTx(ctx, s.db, func(tx postgres.Tx) error {
		people := store{tx}
		if err := people.lockSignUps(ctx); err != nil {
			return err
		}
		for _, d := range DemoUsers() {
			u, err := people.seedUser(ctx, d)
			if err != nil {
				return err
			}
			cast[d.Handle] = u
		}
		return s.Index.Put(ctx, tx, entriesOf(slices.Collect(maps.Values(cast)))...)
	})
	s.Index.Changed()
	return cast, err
}

func (s store) seedUser(ctx context.Context, d DemoUser) (User, error) {
	if u, found, err := s.updateDemoUser(ctx, d); err != nil || found {
		return u, err
	}
	taken, err := s.handlesOf(ctx, d.Handle)
	if err != nil {
		return User{}, err
	}
	if _, err := s.insertUser(ctx, d.FullName, freeHandle(d.Handle, taken), d.email(), nil); err != nil {
		return User{}, err
	}
	u, _, err := s.updateDemoUser(ctx, d)
	return u, err
}

// SignInDemo signs in as a demo user; 404 outside the demo.
func (s *Service) SignInDemo(ctx context.Context, handle string, from Client) (c Caller, secret string, err error) {
	for _, d := range DemoUsers() {
		if s.Demo && d.Handle == handle {
			return s.signInAs(ctx, d, from)
		}
	}
	return Caller{}, "", fault.NotFound()
}

func (s *Service) signInAs(ctx context.Context, d DemoUser, from Client) (c Caller, secret string, err error) {
	u, _, ok, err := s.store.userByEmail(ctx, d.email())
	if err != nil {
		return Caller{}, "", err
	}
	if !ok {
		return Caller{}, "", fmt.Errorf("the demo has no %s: it was not seeded", d.FullName)
	}
	return s.startSession(ctx, u, from)
}
