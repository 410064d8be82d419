package account

import (
	"net/http"
	"net/url"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"hubbub/internal/base/action"
	"hubbub/web"
)

// Shell provides the frame of a page. It is implemented in internal/app, because features
// contribute to the sidebar.
type Shell interface {
	Page(c echo.Context, title string) (web.Page, error)
	// Settings returns the sections that other features add to the settings page.
	Settings(c echo.Context) ([]templ.Component, error)
}

// Pages registers the account's pages. Their forms work without JavaScript.
func Pages(g *echo.Group, s *Service, shell Shell) {
	p := pages{s, shell}
	g.GET("/signin", p.showSignIn)
	g.POST("/signin", byHTTP(p.signIn))
	g.POST("/signin/demo", byHTTP(p.signInDemo))
	g.GET("/signup", p.showSignUp)
	g.POST("/signup", byHTTP(p.signUp))
	g.POST("/signout", byHTTP(p.signOut))
	p.settings(g.Group("/settings", SignInFirst))
}

type pages struct {
	account *Service
	shell   Shell
}

// barePage returns a page without the frame and its socket, also for a user who is signed in
// and wants to sign in as another.
func (p pages) barePage(c echo.Context, title string) (web.Page, error) {
	page, err := p.shell.Page(c, title)
	page.Viewer, page.Scripts = nil, nil
	return page, err
}

// SignInForm is the data of the sign-in page.
type SignInForm struct {
	Next  string // where to go afterwards
	Email string // as typed
	Here  string // name of the user who is signed in; may be empty
	Cast  []DemoUser
	errs  fieldErrors
}

func (p pages) signInForm(c echo.Context, next string) SignInForm {
	form := SignInForm{Next: localPath(next)}
	if who, ok := CallerFrom(c.Request().Context()); ok {
		form.Here = who.FullName
	}
	if p.account.Demo {
		form.Cast = DemoUsers()
	}
	return form
}

func (p pages) showSignIn(c echo.Context) error {
	return p.answerSignIn(c, http.StatusOK, p.signInForm(c, c.QueryParam("next")))
}

func (p pages) answerSignIn(c echo.Context, status int, form SignInForm) error {
	page, err := p.barePage(c, "Sign in")
	if err != nil {
		return err
	}
	return action.Page(c, status, SignInPage(page, form))
}

type signInFormInput struct {
	Email    string `json:"email"`
	Password string `json:"password"`
	Next     string `json:"next"`
}

func (p pages) signIn(c echo.Context) error {
	var in signInFormInput
	if err := action.Bind(c, &in); err != nil {
		return err
	}
	who, secret, err := p.account.SignIn(c.Request().Context(), in.Email, in.Password, clientOf(c))
	if err == nil {
		return p.finishSignIn(c, who, secret, in.Next)
	}
	form := p.signInForm(c, in.Next)
	form.Email = in.Email
	errs, status, err := formErrors(err, "password")
	if err != nil {
		return err
	}
	form.errs = errs
	return p.answerSignIn(c, status, form)
}

// finishSignIn sets the cookie and redirects to the page that the user wanted.
func (p pages) finishSignIn(c echo.Context, who Caller, secret, next string) error {
	if err := p.account.switchSession(c, who, secret); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, localPath(next))
}

type demoInput struct {
	As   string `json:"as" required:"true"`
	Next string `json:"next"`
}

func (p pages) signInDemo(c echo.Context) error {
	var in demoInput
	if err := action.Bind(c, &in); err != nil {
		return err
	}
	who, secret, err := p.account.SignInDemo(c.Request().Context(), in.As, clientOf(c))
	if err != nil {
		return err
	}
	return p.finishSignIn(c, who, secret, in.Next)
}

// SignUpForm is the data of the sign-up page.
type SignUpForm struct {
	Next     string
	FullName string
	Email    string
	errs     fieldErrors
}

func (p pages) showSignUp(c echo.Context) error {
	return p.answerSignUp(c, http.StatusOK, SignUpForm{Next: localPath(c.QueryParam("next"))})
}

func (p pages) answerSignUp(c echo.Context, status int, form SignUpForm) error {
	page, err := p.barePage(c, "Create an account")
	if err != nil {
		return err
	}
	return action.Page(c, status, SignUpPage(page, form))
}

type signUpFormInput struct {
	FullName string `json:"fullName"`
	Email    string `json:"email"`
	Password string `json:"password"`
	Next     string `json:"next"`
}

func (p pages) signUp(c echo.Context) error {
	var in signUpFormInput
	if err := action.Bind(c, &in); err != nil {
		return err
	}
	person := SignUpInput{FullName: in.FullName, Email: in.Email, Password: in.Password}
	who, secret, err := p.account.SignUp(c.Request().Context(), person, clientOf(c))
	if err == nil {
		return p.finishSignIn(c, who, secret, in.Next)
	}
	errs, status, err := formErrors(err, "email")
	if err != nil {
		return err
	}
	return p.answerSignUp(c, status, SignUpForm{localPath(in.Next), in.FullName, in.Email, errs})
}

func (p pages) signOut(c echo.Context) error {
	if err := p.account.endSession(c); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/signin")
}

// withNext adds to a path where to go after signing in.
func withNext(path, next string) string {
	if next == "/" {
		return path
	}
	return path + "?next=" + url.QueryEscape(next)
}
