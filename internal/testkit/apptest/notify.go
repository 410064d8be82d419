package apptest

import (
	"context"
	"fmt"

	"hubbub/internal/notify"
	"hubbub/internal/testkit/browser"
)

// SendNotification sends the user a notification with the key as its text. A key is
// notified once.
func (a *App) SendNotification(userID int64, key string) {
	a.T.Helper()
	err := a.Notify().Send(context.Background(), notify.Notification{
		UserID: userID, Type: notify.Mention, Key: key, Title: "Sam mentioned you", Message: key, URL: "/people", Rule: "Someone mentioned you in a message.",
	})
	if err != nil {
		a.T.Fatal(err)
	}
}

// SendMention sends the user a notification of a mention by Sam.
func (a *App) SendMention(userID int64, key, url string) {
	a.T.Helper()
	err := a.Notify().Send(context.Background(), notify.Notification{
		UserID: userID, Type: notify.Mention, Key: key, ActorID: a.ID(a.As("sam")), Title: notify.Who + " mentioned you in " + key,
		Message: "what about it?", URL: url, Rule: "Someone mentioned you in a message.",
	})
	if err != nil {
		a.T.Fatal(err)
	}
}

// WantUnread waits until the bell, its label, the title and the icon show n unread.
func (p Tab) WantUnread(n int) Tab {
	if n == 0 {
		p.WantNo("#bell .count").Want(`#bell[aria-label="Notifications"]`)
		p.Until(`!document.querySelector("link[rel=icon]").href.endsWith("icon-unread.svg")`)
		return p
	}
	p.WantText("#bell .count", fmt.Sprint(n)).Want(fmt.Sprintf(`#bell[aria-label="Notifications, %d unread"]`, n))
	p.Until(`/^\(\d+\) /.test(document.title) && document.querySelector("link[rel=icon]").href.endsWith("icon-unread.svg")`)
	return p
}

// OpenBell opens the panel of notifications by the keyboard.
func (p Tab) OpenBell() Tab {
	browser.Eval[any](p.Page, `document.querySelector("#bell").focus()`)
	p.Press("Enter").WantFocus("#notifications")
	return p
}

// UseNoticeTool uses an item in the menu of the first notification.
func (p Tab) UseNoticeTool(words string) Tab {
	p.Click(".notice-more").ClickText(".notice-row .menu .menu-item", words).WantNo(".notice-row .menu:popover-open")
	return p
}
