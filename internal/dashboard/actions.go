package dashboard

import (
	"cmp"

	"github.com/labstack/echo/v4"

	"hubbub/internal/account"
	"hubbub/internal/base/action"
	"hubbub/internal/live/hub"
)

// Actions registers the dashboard's routes under /api. Each is the same by HTTP
// and over the socket.
func Actions(api *echo.Group, s *Service) {
	a := actions{s}
	api.GET("/dashboard/subscribe", account.LiveAction(a.subscribe))
	api.GET("/dashboard/series", account.Action(a.series))
	api.POST("/dashboard/simulator", account.Action(a.setRate))
	api.GET("/orders", account.Action(a.orders))
	api.POST("/orders", account.Action(a.place))
	api.PATCH("/orders/:id", account.Action(a.move))
	api.GET("/products", account.Action(a.products))
	api.POST("/products", account.Action(a.addProduct))
	api.PATCH("/products/:id", account.Action(a.changeProduct))
	api.DELETE("/products/:id", account.Action(a.removeProduct))
	api.GET("/counter/subscribe", a.watchCounter)
	api.POST("/counter/increment", a.increment)
	api.GET("/system/subscribe", account.LiveAction(a.system))
}

type actions struct{ dashboard *Service }

type nothing struct{}

type rangeInput struct {
	Range Range `json:"range"`
}

func (a actions) subscribe(c echo.Context, conn *hub.Conn, _ account.User, in rangeInput) error {
	shown, err := a.dashboard.Subscribe(c.Request().Context(), conn, cmp.Or(in.Range, QuarterHour))
	return action.Answer(c, shown, err)
}

func (a actions) series(c echo.Context, _ account.User, in rangeInput) error {
	series, err := a.dashboard.Series(c.Request().Context(), cmp.Or(in.Range, QuarterHour))
	return action.Answer(c, series, err)
}

type rateInput struct {
	Rate action.Cursor `json:"rate" required:"true"`
}

func (a actions) setRate(c echo.Context, who account.User, in rateInput) error {
	sim, err := a.dashboard.SetRate(c.Request().Context(), who, int(in.Rate))
	return action.Answer(c, sim, err)
}

type ordersInput struct {
	Status Status         `json:"status"`
	Before *action.Cursor `json:"before"`
	Limit  action.Limit   `json:"limit"`
}

func (a actions) orders(c echo.Context, who account.User, in ordersInput) error {
	orders, err := a.dashboard.Orders(c.Request().Context(), hub.ConnFromContext(c.Request().Context()), in.Status, (*int64)(in.Before), in.Limit.Within(newest, maxPage))
	if err != nil {
		return err
	}
	return action.AnswerEither(c, orders, OrderRows(orders, who.IsStaff()))
}

type placeInput struct {
	Customer  string        `json:"customer" required:"true"`
	ProductID action.ID     `json:"productId" required:"true"`
	Quantity  action.Cursor `json:"quantity" required:"true"`
	ClientID  action.UUID   `json:"clientId"`
}

func (in placeInput) order() NewOrder {
	n := NewOrder{Customer: in.Customer, ProductID: int64(in.ProductID), Quantity: int(in.Quantity)}
	if in.ClientID != "" {
		n.ClientID = (*string)(&in.ClientID)
	}
	return n
}

func (a actions) place(c echo.Context, who account.User, in placeInput) error {
	o, err := a.dashboard.Place(c.Request().Context(), hub.ConnFromContext(c.Request().Context()), who, in.order())
	if err != nil {
		return err
	}
	return action.AnswerEither(c, o, OrderRow(o, true))
}

type moveInput struct {
	ID     action.ID `json:"id"`
	Status Status    `json:"status" required:"true"`
}

func (a actions) move(c echo.Context, who account.User, in moveInput) error {
	o, err := a.dashboard.Move(c.Request().Context(), hub.ConnFromContext(c.Request().Context()), who, int64(in.ID), in.Status)
	if err != nil {
		return err
	}
	return action.AnswerEither(c, o, OrderRow(o, true))
}

type productsInput struct {
	Before *action.Cursor `json:"before"`
	Limit  action.Limit   `json:"limit"`
}

func (a actions) products(c echo.Context, _ account.User, in productsInput) error {
	products, err := a.dashboard.Products(c.Request().Context(), hub.ConnFromContext(c.Request().Context()), (*int64)(in.Before), in.Limit.Within(maxPage, maxPage))
	if err != nil {
		return err
	}
	return action.AnswerEither(c, products, ProductRows(products))
}

type addProductInput struct {
	Name        *string `json:"name"`
	Description *string `json:"description"`
	Price       *Money  `json:"price"`
}

func (a actions) addProduct(c echo.Context, who account.User, in addProductInput) error {
	p, err := a.dashboard.AddProduct(c.Request().Context(), hub.ConnFromContext(c.Request().Context()), who, ProductChange(in))
	return action.Answer(c, p, err)
}

type changeProductInput struct {
	ID          action.ID `json:"id"`
	Name        *string   `json:"name"`
	Description *string   `json:"description"`
	Price       *Money    `json:"price"`
}

func (a actions) changeProduct(c echo.Context, who account.User, in changeProductInput) error {
	change := ProductChange{Name: in.Name, Description: in.Description, Price: in.Price}
	p, err := a.dashboard.ChangeProduct(c.Request().Context(), hub.ConnFromContext(c.Request().Context()), who, int64(in.ID), change)
	return action.Answer(c, p, err)
}

type idInput struct {
	ID action.ID `json:"id"`
}

func (a actions) removeProduct(c echo.Context, who account.User, in idInput) error {
	return action.NoContent(c, a.dashboard.RemoveProduct(c.Request().Context(), hub.ConnFromContext(c.Request().Context()), who, int64(in.ID)))
}

// watchCounter and increment are public: they need no session.
func (a actions) watchCounter(c echo.Context) error {
	conn, err := hub.RequireConn(c.Request().Context())
	if err != nil {
		return err
	}
	if err := action.NoInput(c); err != nil {
		return err
	}
	v, err := a.dashboard.WatchCounter(c.Request().Context(), conn)
	return action.Answer(c, v, err)
}

func (a actions) increment(c echo.Context) error {
	if err := action.NoInput(c); err != nil {
		return err
	}
	v, err := a.dashboard.Increment(c.Request().Context())
	return action.Answer(c, v, err)
}

func (a actions) system(c echo.Context, conn *hub.Conn, who account.User, _ nothing) error {
	shown, err := a.dashboard.WatchSystem(conn, who)
	return action.Answer(c, shown, err)
}
