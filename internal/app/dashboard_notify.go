package app

import (
	"context"
	"fmt"
	"time"

	"hubbub/internal/account"
	"hubbub/internal/dashboard"
	"hubbub/internal/notify"
)

// orderNotices lets the dashboard notify the admins of new orders.
type orderNotices struct{ app *App }

// OrderPlaced sends each admin a notification. The idempotency key is the order's id,
// so a retry changes nothing. An admin's unread orders are grouped in one notification.
func (o orderNotices) OrderPlaced(ctx context.Context, order dashboard.Order) error {
	admins, err := o.app.account.WithRole(ctx, account.Admin)
	if err != nil {
		return err
	}
	for _, admin := range admins {
		if err := o.app.notify.Send(ctx, orderNotice(admin.ID, order)); err != nil {
			return err
		}
	}
	return nil
}

func orderNotice(admin int64, o dashboard.Order) notify.Notification {
	return notify.Notification{
		UserID: admin, Type: notify.Order, Key: fmt.Sprintf("order:%d", o.ID), GroupKey: "orders",
		Title:   fmt.Sprintf("%d × %s for %s", o.Quantity, o.Product.Name, o.Customer),
		Titles:  notify.Many + " new orders",
		Message: fmt.Sprintf("New order #%d received", o.ID),
		URL:     "/dashboard",
		Data:    map[string]any{"orderId": o.ID, "amount": o.Amount},
		Rule:    "You’re an admin. Admins get a notification for every new order.",
		At:      time.Time(o.CreatedAt),
	}
}
