package account

import (
	"net/http"
	"slices"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"hubbub/internal/base/action"
)

// settings registers the settings page and its forms.
func (p pages) settings(g *echo.Group) {
	g.GET("", callerAction(p.showSettings))
	g.POST("/name", callerAction(p.rename))
	g.POST("/password", callerAction(p.changePassword))
	g.POST("/tokens", callerAction(p.createToken))
	g.POST("/tokens/:id/revoke", callerAction(p.revokeToken))
	g.POST("/sessions/:id/revoke", callerAction(p.revokeSession))
}

// SettingsView is the data of the settings page.
type SettingsView struct {
	Caller   Caller
	FullName string // in the form, as typed
	Sessions []Session
	Tokens   []Token
	Secret   string            // of a token that was just created
	Done     string            // confirmation of the last form, a sentence
	More     []templ.Component // sections of other features
	errs     fieldErrors
}

// confirmations are the messages after a form was accepted, by the value of the parameter
// "done". Any other value shows no message.
var confirmations = map[string]string{
	"name":     "Name saved.",
	"password": "Password changed. You’re signed out everywhere else, and your API tokens no longer work.",
	"session":  "Signed out of that browser.",
	"token":    "Token revoked.",
}

type doneInput struct {
	Done string `json:"done"`
}

func (p pages) showSettings(c echo.Context, who Caller, in doneInput) error {
	view := SettingsView{Caller: who, FullName: who.FullName, Done: confirmations[in.Done]}
	return p.answerSettings(c, http.StatusOK, view)
}

// answerSettings renders the view, with the current sessions and tokens.
func (p pages) answerSettings(c echo.Context, status int, view SettingsView) (err error) {
	ctx := c.Request().Context()
	if view.Sessions, err = p.account.Sessions(ctx, view.Caller); err != nil {
		return err
	}
	if view.Tokens, err = p.account.Tokens(ctx, view.Caller); err != nil {
		return err
	}
	if view.More, err = p.shell.Settings(c); err != nil {
		return err
	}
	page, err := p.shell.Page(c, "Settings")
	if err != nil {
		return err
	}
	return action.Page(c, status, SettingsPage(page, view))
}

// finishForm redirects to the page after a form was accepted, or shows it again with the
// errors.
func (p pages) finishForm(c echo.Context, view SettingsView, done, general string, err error) error {
	if err == nil {
		return c.Redirect(http.StatusSeeOther, "/settings?done="+done)
	}
	errs, status, err := formErrors(err, general)
	if err != nil {
		return err
	}
	view.errs = errs
	return p.answerSettings(c, status, view)
}

type renameInput struct {
	FullName string `json:"fullName"`
}

func (p pages) rename(c echo.Context, who Caller, in renameInput) error {
	err := p.account.Rename(c.Request().Context(), who, in.FullName)
	return p.finishForm(c, SettingsView{Caller: who, FullName: in.FullName}, "name", "fullName", err)
}

type changePasswordInput struct {
	Current  string `json:"current"`
	Password string `json:"password"`
}

func (p pages) changePassword(c echo.Context, who Caller, in changePasswordInput) error {
	err := p.account.ChangePassword(c.Request().Context(), who, in.Current, in.Password, clientOf(c))
	return p.finishForm(c, SettingsView{Caller: who, FullName: who.FullName}, "password", "current", err)
}

type tokenFormInput struct {
	Name string        `json:"name" required:"true"`
	Days action.Cursor `json:"days"` // of validity; 0: until it is revoked
}

// tokenDays are the choices of the form; the API accepts any time.
var tokenDays = []int{30, 90, 365}

// expires returns when the token expires; nil: never.
func (in tokenFormInput) expires() *time.Time {
	if !slices.Contains(tokenDays, int(in.Days)) {
		return nil
	}
	at := time.Now().AddDate(0, 0, int(in.Days))
	return &at
}

func (p pages) createToken(c echo.Context, who Caller, in tokenFormInput) error {
	view := SettingsView{Caller: who, FullName: who.FullName}
	_, secret, err := p.account.CreateToken(c.Request().Context(), who, in.Name, in.expires())
	if err != nil {
		return p.finishForm(c, view, "", "name", err)
	}
	view.Secret = secret
	return p.answerSettings(c, http.StatusOK, view)
}

func (p pages) revokeToken(c echo.Context, who Caller, in idInput) error {
	if err := p.account.RevokeToken(c.Request().Context(), who, int64(in.ID)); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/settings?done=token")
}

func (p pages) revokeSession(c echo.Context, who Caller, in idInput) error {
	if int64(in.ID) == sessionID(who.Session) {
		return p.signOut(c)
	}
	if err := p.account.RevokeSession(c.Request().Context(), who, int64(in.ID)); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/settings?done=session")
}
