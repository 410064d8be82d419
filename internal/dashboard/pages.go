package dashboard

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hubbub/internal/account"
	"hubbub/internal/base/action"
	"hubbub/internal/base/fault"
	"hubbub/internal/live/hub"
	"hubbub/web"
)

// Shell provides the frame of a page: it knows the current user and what the other features
// put into the sidebar.
type Shell interface {
	Page(c echo.Context, title string) (web.Page, error)
}

// Pages registers the dashboard's pages and their forms, which work without JavaScript. Each
// form does what an action does, then redirects to a page.
func Pages(g *echo.Group, s *Service, shell Shell) {
	p := pages{s, shell}
	g.GET("/dashboard", account.PageAction(p.dashboard))
	g.GET("/dashboard/orders", account.PageAction(p.rows))
	g.POST("/dashboard/orders", account.PageAction(p.place))
	g.POST("/dashboard/orders/:id/status", account.PageAction(p.move))
	g.GET("/dashboard/tables", account.PageAction(p.tables))
	g.POST("/dashboard/simulator", account.PageAction(p.setRate))
	g.GET("/products", account.PageAction(p.products))
	g.POST("/products", account.PageAction(p.addProduct))
	g.GET("/products/:id", account.PageAction(p.product))
	g.POST("/products/:id", account.PageAction(p.changeProduct))
	g.POST("/products/:id/delete", account.PageAction(p.removeProduct))
	g.GET("/system", account.PageAction(p.system))
	g.POST("/counter", p.increment)
}

type pages struct {
	orders *Service
	shell  Shell
}

// show renders a page with its JavaScript module.
func (p pages) show(c echo.Context, status int, title, module string, draw func(web.Page) templ.Component) error {
	page, err := p.shell.Page(c, title)
	if err != nil {
		return err
	}
	page.Scripts = append(page.Scripts, module)
	return action.Page(c, status, draw(page))
}

type boardInput struct {
	Range  Range         `json:"range"`
	Status Status        `json:"status"`
	Before action.Cursor `json:"before"`
}

func (p pages) dashboard(c echo.Context, who account.User, in boardInput) error {
	v, err := p.board(c.Request().Context(), who, in)
	if err != nil {
		return err
	}
	return p.showBoard(c, http.StatusOK, v)
}

func (p pages) showBoard(c echo.Context, status int, v boardView) error {
	return p.show(c, status, "Dashboard", "dashboard/index.js", func(page web.Page) templ.Component { return dashboardPage(page, v) })
}

func (p pages) board(ctx context.Context, who account.User, in boardInput) (v boardView, err error) {
	if in.Range == "" {
		in.Range = QuarterHour
	}
	shown, err := p.orders.Snapshot(ctx, in.Range)
	if err != nil {
		return v, err
	}
	v = boardView{at: time.Now(), stats: shown.Stats, series: shown.Series, rate: shown.Rate}
	if v.list, err = p.list(ctx, nil, who, in); err != nil || !who.IsStaff() {
		return v, err
	}
	v.simulator = shown.Simulator
	v.form = orderInput{Quantity: "1", ClientID: action.UUID(uuid.NewString())}
	v.form.products, err = p.orders.Offer(ctx)
	return v, err
}

func (p pages) list(ctx context.Context, conn *hub.Conn, who account.User, in boardInput) (orderList, error) {
	var before *int64
	if in.Before > 0 {
		before = (*int64)(&in.Before)
	}
	orders, err := p.orders.Orders(ctx, conn, in.Status, before, newest)
	return orderList{span: in.Range, status: in.Status, before: int64(in.Before), orders: orders, mayChange: who.IsStaff()}, err
}

// rows renders the rows of the page for a client that was disconnected. It asks over the
// socket, so that its connection is subscribed to them.
func (p pages) rows(c echo.Context, who account.User, in boardInput) error {
	v, err := p.list(c.Request().Context(), hub.ConnFromContext(c.Request().Context()), who, in)
	if err != nil {
		return err
	}
	return action.Page(c, http.StatusOK, OrderRows(v.orders, v.mayChange))
}

func (p pages) tables(c echo.Context, _ account.User, in boardInput) error {
	s, err := p.orders.Series(c.Request().Context(), in.Range)
	if err != nil {
		return err
	}
	return action.Page(c, http.StatusOK, tables(s))
}

// orderInput is the form of a new order, as submitted.
type orderInput struct {
	Customer  string      `json:"customer"`
	ProductID action.ID   `json:"productId"`
	Quantity  string      `json:"quantity"`
	ClientID  action.UUID `json:"clientId"`

	products []Product
	wrong    map[string]string
}

func (f orderInput) order() NewOrder {
	quantity, _ := strconv.Atoi(f.Quantity) // Place rejects 0 with the reason
	n := NewOrder{Customer: f.Customer, ProductID: int64(f.ProductID), Quantity: quantity}
	if f.ClientID != "" {
		n.ClientID = (*string)(&f.ClientID)
	}
	return n
}

func (p pages) place(c echo.Context, who account.User, in orderInput) error {
	_, err := p.orders.Place(c.Request().Context(), nil, who, in.order())
	if in.wrong = wrongFields(err); in.wrong == nil {
		return redirect(c, "/dashboard", err)
	}
	v, err := p.board(c.Request().Context(), who, boardInput{})
	if err != nil {
		return err
	}
	in.products = v.form.products
	v.form = in
	return p.showBoard(c, http.StatusUnprocessableEntity, v)
}

type moveForm struct {
	ID     action.ID `json:"id"`
	Status Status    `json:"status"`
}

// move shows on the dashboard why an order could not be moved.
func (p pages) move(c echo.Context, who account.User, in moveForm) error {
	_, err := p.orders.Move(c.Request().Context(), nil, who, int64(in.ID), in.Status)
	if !fault.Is(err, http.StatusConflict) {
		return redirect(c, fmt.Sprintf("/dashboard#order-%d", in.ID), err)
	}
	v, broken := p.board(c.Request().Context(), who, boardInput{})
	if broken != nil {
		return broken
	}
	v.problem = fault.Of(err).Detail
	return p.showBoard(c, http.StatusConflict, v)
}

func (p pages) setRate(c echo.Context, who account.User, in rateInput) error {
	_, err := p.orders.SetRate(c.Request().Context(), who, int(in.Rate))
	return redirect(c, "/dashboard", err)
}

type backInput struct {
	Back string `json:"back"`
}

// increment is open to guests.
func (p pages) increment(c echo.Context) error {
	var in backInput
	if err := action.Bind(c, &in); err != nil {
		return err
	}
	_, err := p.orders.Increment(c.Request().Context())
	if in.Back != "/playground" {
		in.Back = "/"
	}
	return redirect(c, in.Back, err)
}

func redirect(c echo.Context, path string, err error) error {
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, path)
}

// wrongFields returns the errors of a form's fields as sentences, or nil if the error is not
// about fields.
func wrongFields(err error) map[string]string {
	var f *fault.Fault
	if !errors.As(err, &f) || len(f.Errors) == 0 {
		return nil
	}
	wrong := map[string]string{}
	for field, reason := range f.Errors {
		wrong[field] = "This " + reason + "."
	}
	return wrong
}
