package apptest

import (
	"fmt"
	"net/http"

	"hubbub/internal/testkit"
)

// Order has all fields of an order.
type Order struct {
	ID        int64  `json:"id"`
	Customer  string `json:"customer"`
	Product   Fields `json:"product"`
	Quantity  int    `json:"quantity"`
	Amount    string `json:"amount"`
	Status    string `json:"status"`
	CreatedAt string `json:"createdAt"`
	UpdatedAt string `json:"updatedAt"`
}

// PlaceOrder places an order for the first product in the list.
func (a *App) PlaceOrder(client *testkit.Client, customer string) Order {
	a.T.Helper()
	products := testkit.As[[]Fields](client.Get("/api/products").Want(http.StatusOK))
	made := client.Post("/api/orders", in{"customer": customer, "productId": products[0].ID, "quantity": 2})
	return testkit.As[Order](made.Want(http.StatusOK))
}

// SetOrderStatus changes the order's status, to "completed" for example.
func (a *App) SetOrderStatus(client *testkit.Client, o Order, status string) {
	a.T.Helper()
	client.Do(http.MethodPatch, fmt.Sprint("/api/orders/", o.ID), in{"status": status}).Want(http.StatusOK)
}
