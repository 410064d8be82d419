package search

import (
	"strconv"

	"github.com/labstack/echo/v4"

	"hubbub/internal/account"
	"hubbub/internal/base/action"
	"hubbub/internal/base/index"
	"hubbub/internal/live/hub"
)

// Actions registers search's routes under /api.
func Actions(api *echo.Group, s *Service) {
	a := actions{s}
	api.GET("/search", account.Action(a.search))
	api.GET("/search/subscribe", account.LiveAction(a.subscribe))
	api.GET("/search/unsubscribe", account.LiveAction(a.unsubscribe))
	api.GET("/search/saved", account.Action(a.saved))
	api.POST("/search/saved", account.Action(a.save))
	api.DELETE("/search/saved/:id", account.Action(a.forget))
}

type actions struct{ searches *Service }

type searchInput struct {
	Query  string        `json:"query"`
	Kinds  kindList      `json:"kinds"` // empty: all
	Limit  action.Limit  `json:"limit"`
	Offset action.Cursor `json:"offset"`
}

func (a actions) search(c echo.Context, who account.User, in searchInput) error {
	req := Request{Viewer: who.ID, Text: in.Query, Kinds: in.Kinds}
	results, err := a.searches.Search(c.Request().Context(), req, in.Limit.Within(pageSize, maxPage), int(min(in.Offset, maxOffset)))
	if err != nil {
		return err
	}
	return action.AnswerEither(c, results, Items(results))
}

type subscribeInput struct {
	Query  string         `json:"query"`
	Kinds  kindList       `json:"kinds"`  // empty: products
	Number *action.Cursor `json:"number"` // of the query, chosen by the client
}

func (a actions) subscribe(c echo.Context, conn *hub.Conn, who account.User, in subscribeInput) error {
	req := Request{Viewer: who.ID, Text: in.Query, Kinds: in.Kinds}
	if len(req.Kinds) == 0 {
		req.Kinds = []index.Kind{index.Product}
	}
	results, err := a.searches.Subscribe(c.Request().Context(), conn, req, (*int64)(in.Number))
	if err != nil {
		return err
	}
	if in.Number != nil {
		c.Response().Header().Set("X-Query", strconv.FormatInt(int64(*in.Number), 10))
	}
	return action.AnswerEither(c, results, Items(results))
}

type nothing struct{}

func (a actions) unsubscribe(c echo.Context, conn *hub.Conn, _ account.User, _ nothing) error {
	a.searches.Unsubscribe(conn)
	return action.Answer(c, map[string]bool{"left": true}, nil)
}

func (a actions) saved(c echo.Context, who account.User, _ nothing) error {
	saved, err := a.searches.Saved(c.Request().Context(), who.ID)
	return action.Answer(c, saved, err)
}

type saveInput struct {
	Query  string      `json:"query" required:"true"`
	Kinds  kindList    `json:"kinds"` // empty: all
	Notify action.Bool `json:"notify"`
}

func (a actions) save(c echo.Context, who account.User, in saveInput) error {
	saved, err := a.searches.Save(c.Request().Context(), Saved{UserID: who.ID, Query: in.Query, Kinds: in.Kinds, Notify: bool(in.Notify)})
	return action.Answer(c, saved, err)
}

type forgetInput struct {
	ID action.ID `json:"id"`
}

func (a actions) forget(c echo.Context, who account.User, in forgetInput) error {
	return action.NoContent(c, a.searches.Forget(c.Request().Context(), who.ID, int64(in.ID)))
}
