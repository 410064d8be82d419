package playground

import (
	"context"
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"hubbub/internal/base/action"
	"hubbub/web"
)

// Shell provides the frame of a page: it knows the current user and what the other features
// put into the sidebar.
type Shell interface {
	Page(c echo.Context, title string) (web.Page, error)
}

// Counter returns the component of the shared counter, whose form redirects to back.
type Counter func(ctx context.Context, back string) (templ.Component, error)

// Pages registers the playground, which is open to guests.
func Pages(g *echo.Group, shell Shell, counter Counter) {
	p := pages{shell, counter}
	g.GET("/playground", p.playground)
}

type pages struct {
	shell   Shell
	counter Counter
}

func (p pages) playground(c echo.Context) error {
	counter, err := p.counter(c.Request().Context(), c.Path())
	if err != nil {
		return err
	}
	page, err := p.shell.Page(c, "Playground")
	if err != nil {
		return err
	}
	page.Live = true
	page.Scripts = append(page.Scripts, "dashboard/counter.js", "playground/index.js")
	return action.Page(c, http.StatusOK, playgroundPage(page, counter))
}
