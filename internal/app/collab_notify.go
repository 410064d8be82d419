package app

import (
	"context"
	"fmt"
	"strconv"

	"hubbub/internal/collab"
	"hubbub/internal/notify"
)

// commentNotices lets collab notify users of comments.
type commentNotices struct{ notices *notify.Service }

func (c commentNotices) Notify(ctx context.Context, a collab.Alert) error {
	n := notify.Notification{
		UserID: a.UserID, Type: notify.Comment, ActorID: a.AuthorID, At: a.At,
		Key:      "comment:" + strconv.FormatInt(a.CommentID, 10),
		GroupKey: "thread:" + strconv.FormatInt(a.ThreadID, 10),
		Title:    fmt.Sprintf("%s commented in “%s”", notify.Who, a.Title),
		Titles:   fmt.Sprintf("%s commented %s times in “%s”", notify.Who, notify.Many, a.Title),
		Message:  a.Text,
		URL:      fmt.Sprintf("/documents/%d?thread=%d", a.DocID, a.ThreadID),
		Data:     map[string]any{"documentId": a.DocID, "threadId": a.ThreadID},
		Rule:     "You’re in this comment thread.",
		Topic:    "document:" + strconv.FormatInt(a.DocID, 10),
	}
	if a.Mentioned {
		n.Title = fmt.Sprintf("%s mentioned you in “%s”", notify.Who, a.Title)
		n.Rule = "Someone mentioned you in a comment."
	}
	return c.notices.Send(ctx, n)
}
