package account

import (
	"time"

	"hubbub/internal/live/hub"

	"github.com/labstack/echo/v4"

	"hubbub/internal/base/action"
	"hubbub/internal/live/wire"
)

// maxUsers is the most users that GET /api/users returns; a query narrows it down.
const maxUsers = 500

// Actions registers the account's routes under /api.
func Actions(api *echo.Group, s *Service) {
	a := actions{s}
	api.POST("/signup", byHTTP(a.signUp))
	api.POST("/login", byHTTP(a.signIn))
	api.POST("/logout", byHTTP(a.signOut))
	api.GET("/me", Action(a.me))
	api.GET("/users", Action(a.users))
	api.GET("/sessions", callerAction(a.sessions))
	api.DELETE("/sessions/:id", callerAction(a.revokeSession))
	api.GET("/tokens", callerAction(a.tokens))
	api.POST("/tokens", callerAction(a.createToken))
	api.DELETE("/tokens/:id", callerAction(a.revokeToken))
	api.POST("/tickets", callerAction(a.ticket))
}

type actions struct{ account *Service }

func (a actions) signUp(c echo.Context) error {
	var in SignUpInput
	if err := action.Bind(c, &in); err != nil {
		return err
	}
	who, secret, err := a.account.SignUp(c.Request().Context(), in, clientOf(c))
	return a.answerCaller(c, who, secret, err)
}

type signInInput struct {
	Email    string `json:"email" required:"true"`
	Password string `json:"password" required:"true"`
}

func (a actions) signIn(c echo.Context) error {
	var in signInInput
	if err := action.Bind(c, &in); err != nil {
		return err
	}
	who, secret, err := a.account.SignIn(c.Request().Context(), in.Email, in.Password, clientOf(c))
	return a.answerCaller(c, who, secret, err)
}

func (a actions) answerCaller(c echo.Context, who Caller, secret string, err error) error {
	if err != nil {
		return err
	}
	if err := a.account.switchSession(c, who, secret); err != nil {
		return err
	}
	return action.Answer(c, a.account.profileOf(c.Request().Context(), who.User), nil)
}

// switchSession sets the cookie of the new session. If another user was signed in with the
// browser, their session is ended, because its cookie is lost.
func (s *Service) switchSession(c echo.Context, who Caller, secret string) error {
	s.setCookie(c, secret)
	before, ok := CallerFrom(c.Request().Context())
	if !ok || before.ID == who.ID || sessionID(before.Session) == 0 {
		return nil
	}
	return s.SignOut(c.Request().Context(), before)
}

func (a actions) signOut(c echo.Context) error {
	if err := action.NoInput(c); err != nil {
		return err
	}
	if err := a.account.endSession(c); err != nil {
		return err
	}
	return action.NoContent(c, nil)
}

// endSession ends the session of the browser, if there is one, and deletes its cookie.
func (s *Service) endSession(c echo.Context) error {
	ctx := c.Request().Context()
	if who, ok := CallerFrom(ctx); ok {
		if err := s.SignOut(ctx, who); err != nil {
			return err
		}
	}
	s.dropCookie(c)
	return nil
}

type nothing struct{}

// me reads the user again, because a socket's Caller is from the time of its handshake.
func (a actions) me(c echo.Context, who User, _ nothing) error {
	ctx := c.Request().Context()
	u, err := a.account.User(ctx, who.ID)
	if err != nil {
		return err
	}
	return action.Answer(c, Me{Profile: a.account.profileOf(ctx, u), Email: u.Email, Role: u.Role}, nil)
}

type usersInput struct {
	Query string       `json:"query"`
	Limit action.Limit `json:"limit"`
}

// users reads again after subscribing to the users found, so that no change in between is
// lost.
func (a actions) users(c echo.Context, _ User, in usersInput) error {
	people, err := a.find(c, in)
	if conn := hub.ConnFromContext(c.Request().Context()); conn != nil && err == nil {
		a.account.subscribe(conn, people)
		people, err = a.find(c, in)
	}
	return action.Answer(c, people, err)
}

func (a actions) find(c echo.Context, in usersInput) ([]Profile, error) {
	ctx := c.Request().Context()
	users, err := a.account.Search(ctx, in.Query, in.Limit.Within(maxUsers, maxUsers))
	if err != nil {
		return nil, err
	}
	return a.account.ProfilesOf(ctx, users), nil
}

type sessionAnswer struct {
	ID         int64     `json:"id"`
	UserAgent  string    `json:"userAgent"`
	Address    string    `json:"address"`
	CreatedAt  wire.Time `json:"createdAt"`
	LastSeenAt wire.Time `json:"lastSeenAt"`
	Current    bool      `json:"current"`
}

func (a actions) sessions(c echo.Context, who Caller, _ nothing) error {
	sessions, err := a.account.Sessions(c.Request().Context(), who)
	answers := make([]sessionAnswer, len(sessions))
	for i, s := range sessions {
		answers[i] = sessionAnswer{
			s.ID, s.UserAgent, s.Address, wire.Time(s.CreatedAt), wire.Time(s.LastSeenAt), s.isCurrent(who),
		}
	}
	return action.Answer(c, answers, err)
}

type idInput struct {
	ID action.ID `json:"id"`
}

func (a actions) revokeSession(c echo.Context, who Caller, in idInput) error {
	if err := a.account.RevokeSession(c.Request().Context(), who, int64(in.ID)); err != nil {
		return err
	}
	if int64(in.ID) == sessionID(who.Session) {
		a.account.dropCookie(c)
	}
	return action.NoContent(c, nil)
}

type tokenAnswer struct {
	ID         int64      `json:"id"`
	Name       string     `json:"name"`
	Token      string     `json:"token,omitempty"` // only in the answer to its creation
	CreatedAt  wire.Time  `json:"createdAt"`
	LastUsedAt *wire.Time `json:"lastUsedAt"`
	ExpiresAt  *wire.Time `json:"expiresAt"`
}

func answerToken(t Token, secret string) tokenAnswer {
	return tokenAnswer{t.ID, t.Name, secret, wire.Time(t.CreatedAt), wire.TimeOrNil(t.LastUsedAt), wire.TimeOrNil(t.ExpiresAt)}
}

func (a actions) tokens(c echo.Context, who Caller, _ nothing) error {
	tokens, err := a.account.Tokens(c.Request().Context(), who)
	answers := make([]tokenAnswer, len(tokens))
	for i, t := range tokens {
		answers[i] = answerToken(t, "")
	}
	return action.Answer(c, answers, err)
}

type tokenInput struct {
	Name      string       `json:"name" required:"true"`
	ExpiresAt *action.Time `json:"expiresAt"`
}

func (a actions) createToken(c echo.Context, who Caller, in tokenInput) error {
	t, secret, err := a.account.CreateToken(c.Request().Context(), who, in.Name, (*time.Time)(in.ExpiresAt))
	return action.Answer(c, answerToken(t, secret), err)
}

func (a actions) revokeToken(c echo.Context, who Caller, in idInput) error {
	return action.NoContent(c, a.account.RevokeToken(c.Request().Context(), who, int64(in.ID)))
}

type ticketAnswer struct {
	Ticket    string    `json:"ticket"`
	ExpiresAt wire.Time `json:"expiresAt"`
}

func (a actions) ticket(c echo.Context, who Caller, _ nothing) error {
	ticket, expires, err := a.account.Ticket(c.Request().Context(), who)
	return action.Answer(c, ticketAnswer{ticket, wire.Time(expires)}, err)
}
